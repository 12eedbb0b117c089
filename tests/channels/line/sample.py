"""See tests.channels.sample."""

from tests.channels import signers
from tests.channels.line.vendor import TOKEN, Api
from tests.channels.sample import Sample, Signed

SECRET = "line secret"


def sign(body: bytes, secret: str = SECRET) -> Signed:
    return Signed({"x-line-signature": signers.base64_of(secret, body)})


SAMPLE = Sample(
    section={"channel_secret": SECRET, "access_token": TOKEN},
    sign=sign,
    vendor=Api,
    urls=lambda url: {"api_url": url, "data_url": url},
    answered=lambda vendor: [
        (s["messages"][0]["text"], (s["to"], s["messages"][0]["quoteToken"])) for s in vendor.sent
    ],
    place=("Ukim", "q1"),
    sender="Ukim",
    id="444573844083572737",
    sent_state="delivered",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: sign(body, "guessed"),
        "another body": lambda body: sign(body + b" "),
    },
    without={"status": "what LINE took is in the chat: it sends no notices"},
)
