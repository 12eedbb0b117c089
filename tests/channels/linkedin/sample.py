"""See tests.channels.sample."""

from tests.channels.linkedin.vendor import TOKEN, Api
from tests.channels.sample import Sample, Signed
from tests.channels.signers import mac

SECRET = "li secret"


def sign(body: bytes, secret: str = SECRET) -> Signed:
    return Signed({"x-li-signature": mac(secret, b"hmacsha256=" + body).hexdigest()})


SAMPLE = Sample(
    section={"organization": "urn:li:organization:99", "client_secret": SECRET, "access_token": TOKEN},
    sign=sign,
    vendor=Api,
    answered=lambda vendor: [(s["message"]["text"], (s["object"], s["parentComment"])) for s in vendor.sent],
    place=("urn:li:share:7001", "urn:li:comment:(urn:li:activity:7001,7100)"),
    sender="urn:li:person:kim",
    id="7100",
    sent_state="delivered",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: sign(body, "guessed"),
        "another body": lambda body: sign(body + b" "),
        "without the word before": lambda body: Signed({"x-li-signature": mac(SECRET, body).hexdigest()}),
    },
    without={"media": "comments come as text", "status": "what LinkedIn took is public"},
)
