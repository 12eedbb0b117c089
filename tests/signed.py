"""An authorisation service of our own: a key made for these tests signs tokens as XSUAA's are."""

import time
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

APP = "frontdesk!t42"


@dataclass(frozen=True)
class Uaa:
    """Signs tokens, and knows the credentials of its binding."""

    key: RSAPrivateKey

    def credentials(self) -> dict[str, str]:
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "clientid": f"sb-{APP}",
            "clientsecret": "hush",
            "url": "https://us.authentication.example",
            "uaadomain": "authentication.example",
            "xsappname": APP,
            "identityzoneid": "zone",
            "verificationkey": public.decode(),
        }

    def token(self, *scopes: str, seconds: int = 600, **claims: Any) -> str:
        now = int(time.time())
        said = {
            "sub": "4711-0815",
            "email": "ada@example.com",
            "user_name": "ada",
            "cid": f"sb-{APP}",
            "zid": "zone",
            "grant_type": "authorization_code",
            "aud": [f"sb-{APP}", APP],
            "scope": [f"{APP}.{scope}" for scope in scopes],
            "iat": now,
            "exp": now + seconds,
            **claims,
        }
        return jwt.encode(said, self.key, algorithm="RS256")


def new_uaa() -> Uaa:
    """One with a new key."""
    return Uaa(generate_private_key(public_exponent=65537, key_size=2048))
