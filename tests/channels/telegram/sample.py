"""See tests.channels.sample."""

from tests.channels.sample import Sample, Signed
from tests.channels.telegram.vendor import TOKEN, BotApi

HEADER = "x-telegram-bot-api-secret-token"

SAMPLE = Sample(
    knobs={"bot_token": TOKEN, "secret_token": "s3cret_token"},
    sign=lambda body: Signed({HEADER: "s3cret_token"}),
    vendor=BotApi,
    answered=lambda vendor: [(s["text"], (s["chat_id"], s["reply_parameters"]["message_id"])) for s in vendor.sent],
    place=("4242", 7),
    sender="4242",
    sent_state="delivered",
    forgeries={"nothing": lambda body: Signed(), "another secret": lambda body: Signed({HEADER: "guessed"})},
    without={"status": "what Telegram took is in the chat: it sends no notices"},
)
