"""See tests.channels.sample."""

from tests.channels import signers
from tests.channels.sample import Sample, Signed
from tests.channels.x.vendor import SECRETS, Api


def sign(body: bytes, secret: str = SECRETS[0]) -> Signed:
    return Signed({"x-twitter-webhooks-signature": "sha256=" + signers.base64_of(secret, body)})


SAMPLE = Sample(
    section={
        "user_id": "2244",
        "consumer_key": "ck",
        "consumer_secret": SECRETS[0],
        "access_token": "at",
        "access_token_secret": SECRETS[1],
    },
    sign=sign,
    vendor=Api,
    answered=lambda vendor: whole(vendor.sent),
    place={"in_reply_to_tweet_id": "1730001"},
    sender="771",
    id="1730001",
    sent_state="delivered",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: sign(body, "guessed"),
        "another body": lambda body: sign(body + b" "),
    },
    without={
        "media": "media of direct messages are not read yet: the message says what was written",
        "status": "what X took is public",
        "edit": "X tells of no edits",
    },
)


def whole(sent: list[dict[str, object]]) -> list[tuple[str, object]]:
    """The parts of an answer put together again; all of them answer the same post."""
    text = " ".join(str(each["text"]) for each in sent)
    return [(text, sent[0].get("reply"))] if sent else []
