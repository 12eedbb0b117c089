"""See tests.channels.sample."""

import time

from tests.channels import signers
from tests.channels.sample import Sample, Signed
from tests.channels.wechat.vendor import APP, Api

TOKEN = "our token"


def sign(body: bytes, token: str = TOKEN, ago: float = 0) -> Signed:
    stamp = str(int(time.time() - ago))
    return Signed(query=f"?signature={signers.sha1(token, stamp, 'n1')}&timestamp={stamp}&nonce=n1")


SAMPLE = Sample(
    section={**APP, "token": TOKEN, "plain_mode": True},
    sign=sign,
    vendor=Api,
    answered=lambda vendor: [(s["text"]["content"], s["touser"]) for s in vendor.sent],
    place="oKim",
    sender="oKim",
    id="23456789012345678",
    sent_state="delivered",
    forgeries={
        "nothing": lambda body: Signed(),
        "another token": lambda body: sign(body, "guessed"),
        "stale": lambda body: sign(body, ago=601),
    },
    without={"status": "WeChat tells nothing of customer service messages", "edit": "WeChat has no edits"},
    content_type="text/xml",
    suffix="xml",
)
