"""What SMS and telephone calls by Twilio have in common: signatures, forms, refusals.

Unverified: the newer signature, announced by the header X-Twilio-Webhooks-Signature-Settings, is made with the shared
key's secret and SHA-256, else like the older one.
"""

import base64
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from frontdesk.channels import parts
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import base64_mac, digest
from frontdesk.interfaces import HttpAnswer
from frontdesk.interfaces.channels import Forged, Genuine, Handshake, WebhookRequest

API = "https://api.twilio.com"
# Media and recordings lie on hosts of Twilio's own, by region: api.twilio.com, api.dublin.ie1.twilio.com, mcs.us1.….
HOSTS = (".twilio.com",)
SIGNATURE, SETTINGS = "x-twilio-signature", "x-twilio-webhooks-signature-settings"
NOTHING_TO_SAY = Handshake(b'<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")
MOST_FIELDS = 500
PORTS = {"https": 443, "http": 80}
# Twilio's codes of errors that pass: too many requests, queue full.
PASSING = frozenset({20429, 20500, 20503, 30001})


def verify(request: WebhookRequest, auth_token: str, key_secret: str) -> Genuine:
    """Whether Twilio sent this: its signature is over the address that Twilio called and all fields."""
    given = request.headers.get(SIGNATURE, "")
    if not given:
        raise Forged("X-Twilio-Signature is missing")
    is_new = "HMAC_SHA256" in request.headers.get(SETTINGS, "").upper()
    if is_new and not key_secret:
        raise Forged("X-Twilio-Signature is made with a shared key: fill in its secret")
    secret, algorithm = (key_secret, "sha256") if is_new else (auth_token, "sha1")
    for url in _ways_to_write(request.url):
        right = base64_mac(secret, _signed(url, request), algorithm)
        if hmac.compare_digest(given.encode("utf-8", "replace"), right.encode()):
            return Genuine(digest(request.body), answer=NOTHING_TO_SAY)
    raise Forged("X-Twilio-Signature does not fit (is server.public_url the address that Twilio calls?)")


def login(account_sid: str, auth_token: str) -> dict[str, str]:
    """Our name and word as a header, for Twilio alone."""
    return {"authorization": f"Basic {base64.b64encode(f'{account_sid}:{auth_token}'.encode()).decode()}"}


def form(body: bytes) -> Mapping[str, str]:
    """The fields of an event. Raises parts.Unfit."""
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except (UnicodeDecodeError, ValueError) as error:
        raise parts.Unfit(f"it is no form: {type(error).__name__}") from None


def json_of(title: str, answer: HttpAnswer) -> Mapping[str, Any]:
    """The JSON of a success. Raises DeliveryFailed."""
    told = answer.said()
    if not answer.ok:
        code = parts.at(told, "code")
        words = f"({code}) {parts.text(told, 'message')}" if code else ""
        raise refusal(title, answer, words, False if code in PASSING else None)
    return parts.mapping(told)


def _signed(url: str, request: WebhookRequest) -> bytes:
    if request.headers.get("content-type", "").startswith("application/json"):
        if not hmac.compare_digest(request.first("bodySHA256"), _sha256(request.body)):
            raise Forged("bodySHA256 does not fit")
        return url.encode()
    try:
        pairs = parse_qsl(request.body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Forged("the form has too many fields") from None
    # parse_qsl decoded percent signs as UTF-8 already; what was sent raw is taken byte for byte.
    return url.encode() + "".join(f"{name}{value}" for name, value in sorted(pairs)).encode("utf-8", "surrogatepass")


def _sha256(body: bytes) -> str:
    import hashlib

    return hashlib.sha256(body).hexdigest()


def _ways_to_write(url: str) -> list[str]:
    """The address with and without the port that goes without saying: Twilio signs the one or the other."""
    parted = urlsplit(url)
    port = PORTS.get(parted.scheme)
    host = parted.netloc.removesuffix(f":{port}")
    with_port = host if ":" in host.rpartition("]")[2] else f"{host}:{port}"
    return [url, urlunsplit(parted._replace(netloc=host)), urlunsplit(parted._replace(netloc=with_port))]
