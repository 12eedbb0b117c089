"""The Bot Framework as far as we use it: keys, sign-in, conversations. It signs tokens with a key of its own."""

import base64
import json
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

APP, SECRET = "app-id", "app secret"
ISSUER = "https://api.botframework.com"
KEY, OTHER = (generate_private_key(65537, 2048) for _ in range(2))
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50
ACTIVITY = {"type", "from", "recipient", "conversation", "replyToId", "text", "textFormat"}


def packed(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def token(service_url: str, key: RSAPrivateKey = KEY, head: dict[str, Any] | None = None, **claims: Any) -> str:
    now = int(time.time())
    first = {"alg": "RS256", "typ": "JWT", "kid": "k1", **(head or {})}
    second = {"iss": ISSUER, "aud": APP, "nbf": now - 10, "exp": now + 3600, "serviceurl": service_url, **claims}
    content = ".".join(packed(json.dumps(each).encode()) for each in (first, second))
    return f"{content}.{packed(key.sign(content.encode(), PKCS1v15(), SHA256()))}"


class BotFramework(Vendor):
    """Answers as Microsoft does."""

    async def __call__(self, asked: Asked) -> Told:
        if asked.path == "/keys":
            numbers = KEY.public_key().public_numbers()
            n, e = (packed(v.to_bytes((v.bit_length() + 7) // 8, "big")) for v in (numbers.n, numbers.e))
            return told({"keys": [{"kty": "RSA", "kid": "k1", "n": n, "e": e, "endorsements": ["msteams"]}]})
        if asked.path == "/botframework.com/oauth2/v2.0/token":
            form = asked.form()
            good = form.get("client_secret") == SECRET and form.get("scope") == f"{ISSUER}/.default"
            return told({"access_token": "bot token", "expires_in": 3600}) if good else told({"error": "no"}, 401)
        return await super().__call__(asked)

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != "Bearer bot token":
            return told({"error": {"code": "Unauthorized", "message": "no"}}, 401)
        if asked.path == "/emea/v3/attachments/1/views/original":
            return Told(200, PNG, {"content-type": "image/png"})
        conversation = "19:room@thread.tacv2;messageid=1481567603816"
        if asked.path != f"/emea/v3/conversations/{conversation}/activities/1481567603816":
            return told({"error": {"code": "NotFound", "message": asked.path}}, 404)
        body = asked.json()
        if set(body) != ACTIVITY or body["from"] != {"id": "28:app-id"} or not body["text"]:
            return told({"error": {"code": "BadSyntax", "message": "Invalid activity"}}, 400)
        self.sent.append(body)
        return told({"id": f"15{len(self.sent)}"}, 201)
