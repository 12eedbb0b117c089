"""Signs as vendors do, written apart from the product."""

import base64
import hashlib
import hmac
import time

from tests.channels.sample import Signed


def mac(secret: str, content: bytes, kind: str = "sha256") -> hmac.HMAC:
    return hmac.new(secret.encode(), content, kind)


def meta(body: bytes, secret: str) -> Signed:
    return Signed({"x-hub-signature-256": f"sha256={mac(secret, body).hexdigest()}"})


def slack(body: bytes, secret: str, ago: float = 0) -> Signed:
    stamp = str(int(time.time() - ago))
    signature = mac(secret, f"v0:{stamp}:".encode() + body).hexdigest()
    return Signed({"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signature}"})


def web(body: bytes, secret: str, ago: float = 0) -> Signed:
    stamp = str(int(time.time() - ago))
    signature = mac(secret, f"{stamp}.".encode() + body).hexdigest()
    return Signed({"x-frontdesk-timestamp": stamp, "x-frontdesk-signature": f"v1={signature}"})


def base64_of(secret: str, content: bytes, kind: str = "sha256") -> str:
    return base64.b64encode(mac(secret, content, kind).digest()).decode()


def sha1(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode()).hexdigest()
