"""See tests.channels.sample."""

from tests.channels import signers
from tests.channels.sample import Sample, Signed
from tests.channels.whatsapp.vendor import SETTINGS, Meta

JPEG = (b"\xff\xd8\xff" + b"x" * 100, "image/jpeg")
SECRET = SETTINGS["app_secret"]

SAMPLE = Sample(
    section=SETTINGS,
    sign=lambda body: signers.meta(body, SECRET),
    vendor=Meta,
    urls=lambda url: {"api_url": f"{url}/v26.0"},
    answered=lambda vendor: [(s["text"]["body"], (s["recipient"], s["context"]["message_id"])) for s in vendor.sent],
    place=("US.13491208655302741918", "wamid.IN1"),
    sender="US.13491208655302741918",
    id="wamid.IN1",
    media={"2754859441498128": JPEG},
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: signers.meta(body, "guessed"),
        "another body": lambda body: signers.meta(body + b" ", SECRET),
    },
)
