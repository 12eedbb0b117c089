"""See tests.channels.sample."""

from tests.channels.sample import Sample, Signed
from tests.channels.telegram.vendor import TOKEN, BotApi

HEADER = "x-telegram-bot-api-secret-token"


def fresh(body: bytes, number: int) -> tuple[bytes, str]:
    """The message under another number: the chat's id and the update's are in other places."""
    body = body.replace(b'"message_id": 7', b'"message_id": %d' % (9000 + number))
    return body.replace(b'"update_id": 10', b'"update_id": %d' % (9000 + number)), f"4242:{9000 + number}"


SAMPLE = Sample(
    section={"bot_token": TOKEN, "secret_token": "s3cret_token"},
    sign=lambda body: Signed({HEADER: "s3cret_token"}),
    vendor=BotApi,
    answered=lambda vendor: [(s["text"], (s["chat_id"], s["reply_parameters"]["message_id"])) for s in vendor.sent],
    place=("4242", 7),
    sender="4242",
    id="4242:7",
    fresh=fresh,
    sent_state="delivered",
    forgeries={"nothing": lambda body: Signed(), "another secret": lambda body: Signed({HEADER: "guessed"})},
    without={"status": "what Telegram took is in the chat: it sends no notices"},
)
