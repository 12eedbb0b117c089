"""The Authorization header of OAuth 1.0a (RFC 5849) with HMAC-SHA1, for requests whose body is JSON."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass(frozen=True, slots=True)
class Keys:
    """The app's and the account's keys."""

    consumer: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)


def authorization(method: str, url: str, keys: Keys, stamp: int, nonce: str = "") -> str:
    """The header's value. `stamp` is in seconds since 1970; `nonce` is drawn where none is given."""
    fields = {
        "oauth_consumer_key": keys.consumer,
        "oauth_nonce": nonce or secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(stamp),
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    fields["oauth_signature"] = signature(method, url, fields, keys)
    return "OAuth " + ", ".join(f'{name}="{_escaped(value)}"' for name, value in sorted(fields.items()))


def signature(method: str, url: str, fields: dict[str, str], keys: Keys) -> str:
    """The signature over method, address and fields (RFC 5849, 3.4); `fields` holds all parameters but itself."""
    parts = urlsplit(url)
    pairs = sorted((_escaped(k), _escaped(v)) for k, v in [*fields.items(), *parse_qsl(parts.query, True)])
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    text = "&".join((method.upper(), _escaped(base), _escaped(joined)))
    key = f"{_escaped(keys.consumer_secret)}&{_escaped(keys.token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
