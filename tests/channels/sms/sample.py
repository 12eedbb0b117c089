"""See tests.channels.sample."""

from urllib.parse import parse_qsl

from tests.channels import signers
from tests.channels.sample import BASE, Sample, Signed
from tests.channels.sms.vendor import SID, TOKEN, Twilio

FORM = "application/x-www-form-urlencoded"


def sign(body: bytes, name: str = "sms", token: str = TOKEN, query: str = "") -> Signed:
    pairs = sorted(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
    content = f"{BASE}/webhooks/channels/{name}{query}" + "".join(f"{k}{v}" for k, v in pairs)
    signature = signers.base64_of(token, content.encode("utf-8", "surrogatepass"), "sha1")
    return Signed({"x-twilio-signature": signature}, query)


SAMPLE = Sample(
    section={"account_sid": SID, "auth_token": TOKEN, "sender": "+15550001111"},
    sign=sign,
    vendor=Twilio,
    answered=lambda vendor: [(s["Body"], (s["From"], s["To"])) for s in vendor.sent],
    place=("+15550001111", "+15550002222"),
    sender="+15550002222",
    id="SMin1",
    forgeries={
        "nothing": lambda body: Signed(),
        "another token": lambda body: sign(body, token="guessed"),
        "another body": lambda body: sign(body + b"&more=1"),
        "another address": lambda body: Signed(sign(body, query="?x=1").headers),
    },
    without={"edit": "an SMS cannot be changed"},
    content_type=FORM,
    suffix="form",
)
