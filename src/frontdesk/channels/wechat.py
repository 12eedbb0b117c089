"""WeChat Official Accounts (https://developers.weixin.qq.com/doc/offiaccount/en): customer service messages.

Events come as XML, encrypted unless `plain_mode` is chosen (its signature covers time and nonce alone, so that whoever
sees one request can send another event with it); they are stored decrypted. Answers go by the customer
service interface, within 48 hours. WeChat tells no id of an answer: its key stands for it. Unverified: the limit of
2,048 bytes.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, may_be_secret, needed, needed_secret
from frontdesk.channels.refusals import refusal, token_of
from frontdesk.channels.signing import check_age, compare, digest
from frontdesk.interfaces import DeliveryFailed, HttpAnswer, Invalid
from frontdesk.interfaces import channels as interface
from frontdesk.interfaces.tokens import KeptToken
from frontdesk.model import Receipt, Sender
from frontdesk.model import channels as model

TITLE = "WeChat"
MOST_AGE_SECONDS = 600.0
OUT_OF_TIME = 45015
TOKEN_IS_BAD = frozenset({40001, 40014, 42001})
PASSING = frozenset({-1, 45009, 45011, 45047, 50002})
MEDIA = {"image": "image/jpeg", "voice": "audio/amr", "video": "video/mp4", "shortvideo": "video/mp4"}
KEY_BYTES, RANDOM_BYTES, LENGTH_BYTES = 32, 16, 4
AGAIN_SECONDS = 3600.0


class WeChatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of WeChat."""

    app_id: Annotated[str, needed("AppID of the official account.")] = ""
    app_secret: Annotated[str, needed_secret("AppSecret.")] = ""
    token: Annotated[str, needed_secret("Token of the server configuration; signs every event.")] = ""
    aes_key: Annotated[str, may_be_secret("EncodingAESKey (43 characters) of the safe mode.")] = ""
    plain_mode: Annotated[
        bool, about("Take unencrypted events, whose signature does not cover what they say: for trials only.")
    ] = False
    api_url: Annotated[str, about("Address of the API.")] = "https://api.weixin.qq.com"
    window_hours: Annotated[float, about("How long after a customer's message answers are taken.")] = 48.0
    most_bytes: Annotated[int, about("Length of one message in bytes of UTF-8.")] = 2048


class WeChat(interface.Channel, interface.Fetching):
    """A WeChat Official Account."""

    def __init__(self, settings: WeChatSettings, tools: ChannelTools) -> None:
        """Speak as one official account. Raises Invalid."""
        self._settings, self._tools, self._http = settings, tools, tools.reach(settings.api_url)
        self._key = _key(settings.aes_key) if settings.aes_key or _needs_key(settings) else b""
        self._token = KeptToken(self._ask_token, tools.seconds)
        self.limits = model.ChannelLimits(
            settings.most_bytes, model.LengthUnit.BYTES, 10, timedelta(hours=settings.window_hours)
        )

    @override
    async def verify(self, request: interface.WebhookRequest) -> interface.Genuine | interface.Handshake:
        """An empty answer keeps WeChat from asking again."""
        stamp, nonce = request.first("timestamp"), request.first("nonce")
        if request.method == "GET":
            compare(request.first("signature"), _sha1(self._settings.token, stamp, nonce), "signature")
            return interface.Handshake(request.first("echostr").encode())
        body = request.body
        if self._key:
            sealed = _sealed(body)
            compare(request.first("msg_signature"), _sha1(self._settings.token, stamp, nonce, sealed), "msg_signature")
            body = unsealed(sealed, self._key, self._settings.app_id)
        else:
            compare(request.first("signature"), _sha1(self._settings.token, stamp, nonce), "signature")
        check_age(stamp, self._tools.clock(), MOST_AGE_SECONDS, "timestamp")
        return interface.Genuine(digest(body), body, interface.Handshake(b""))

    @override
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        return parts.each([event.body], lambda body: _message(_fields_of(body)))

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        body = {"touser": delivery.recipient, "msgtype": "text", "text": {"content": delivery.text}}
        await self._call("POST", "/cgi-bin/message/custom/send", body)
        return Receipt(delivery.key, {"delivered": True})

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> interface.Fetched:
        answer = await self._call("GET", "/cgi-bin/media/get", params={"media_id": remote["id"]})
        return interface.Fetched(answer.body, answer.headers.get("content-type", "").partition(";")[0])

    async def _call(
        self, method: str, path: str, body: Any = None, params: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        """One call; with a new token where the old one is not taken. WeChat says most refusals with status 200."""

        async def send(token: str) -> HttpAnswer:
            query = {"access_token": token, **(params or {})}
            return await self._http.send(method, path, json=body, params=query)

        answer = await self._token.answered(send, lambda answer: _error(answer)[0] in TOKEN_IS_BAD)
        code, words = _error(answer)
        if code == OUT_OF_TIME:
            why = f"{TITLE} takes no answer until the customer writes again"
            raise interface.OutsideWindow(why, after_seconds=AGAIN_SECONDS)
        if not answer.ok:
            raise refusal(TITLE, answer, words)
        if code:
            lasting = code not in PASSING and code not in TOKEN_IS_BAD
            raise DeliveryFailed(f"{TITLE} refused ({code}): {words[:200]}", permanent=lasting)
        return answer

    async def _ask_token(self) -> tuple[str, float]:
        settings = self._settings
        asked = {"grant_type": "client_credential", "appid": settings.app_id, "secret": settings.app_secret}
        answer = await self._http.send("GET", "/cgi-bin/token", params=asked)
        if not answer.ok:
            raise refusal(TITLE, answer)
        return token_of(TITLE, answer)


def unsealed(sealed: str, key: bytes, app_id: str) -> bytes:
    """The XML in an encrypted event: AES-256-CBC, PKCS#7, 16 random bytes, length, XML, AppID. Raises Forged."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # loaded where WeChat is used

    try:
        raw = base64.b64decode(sealed, validate=True)
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
    except (ValueError, binascii.Error):
        raise interface.Forged("Encrypt cannot be decrypted") from None
    padding = plain[-1] if plain else 0
    plain = plain[:-padding] if 1 <= padding <= KEY_BYTES else b""
    begin = RANDOM_BYTES + LENGTH_BYTES
    length = int.from_bytes(plain[RANDOM_BYTES:begin], "big")
    if plain[begin + length :] != app_id.encode() or len(plain) < begin + length:
        raise interface.Forged("Encrypt is not for this account")
    return plain[begin : begin + length]


def _needs_key(settings: WeChatSettings) -> bool:
    return bool(settings.token) and not settings.plain_mode


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(f"{text}=", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise Invalid(
            "channels.wechat.aes_key must have 43 characters of base64: choose the safe mode in WeChat's server "
            "configuration; in the plain mode a signature does not cover what an event says",
            "channels.wechat.aes_key",
        )
    return key


def _sealed(body: bytes) -> str:
    try:
        return parts.needed(_fields_of(body), "Encrypt")
    except parts.Unfit as error:
        raise interface.Forged(f"Encrypt is missing: {error}") from None


def _sha1(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode("utf-8", "replace")).hexdigest()  # noqa: S324 - WeChat's choice


def _error(answer: HttpAnswer) -> tuple[int, str]:
    if not answer.headers.get("content-type", "").startswith(("application/json", "text/plain")):
        return 0, ""
    told = answer.said()
    code = parts.at(told, "errcode")
    return (code if isinstance(code, int) else 0), parts.text(told, "errmsg")


def _message(fields: Mapping[str, str]) -> model.Found:
    kind, sender = parts.needed(fields, "MsgType"), parts.needed(fields, "FromUserName")
    if kind == "event":
        return model.Ignored(f"an event {fields.get('Event', '')[:40]}")
    media = fields.get("MediaId", "") if kind in MEDIA else ""
    attachment = model.IncomingAttachment(kind, MEDIA.get(kind, ""), None, {"id": media}, is_speech=kind == "voice")
    return model.CustomerMessage(
        provider_id=parts.needed(fields, "MsgId"),
        text=_text(kind, fields),
        sender=Sender(address=sender),
        at=parts.moment(fields.get("CreateTime")),
        attachments=(attachment,) if media else (),
    )


def _text(kind: str, fields: Mapping[str, str]) -> str:
    if kind == "location":
        return f"[location: {fields.get('Label', '')} {fields.get('Location_X', '')}, {fields.get('Location_Y', '')}]"
    if kind == "link":
        return " ".join(filter(None, (fields.get(name, "") for name in ("Title", "Description", "Url"))))
    return fields.get("Content", "") if kind == "text" else "" if kind in MEDIA else f"[{kind}]"


KIND = ChannelKind("wechat", "WEC", TITLE, WeChatSettings, WeChat, vouches=True)


def _fields_of(body: bytes) -> Mapping[str, str]:
    """The elements below the root with their texts; neither entities nor document types. Raises Unfit."""
    import defusedxml.ElementTree as Defused  # type: ignore[import-untyped]  # it has no types
    from defusedxml import DefusedXmlException  # loaded where XML is read

    try:
        root = Defused.fromstring(body, forbid_dtd=True)
    except (DefusedXmlException, SyntaxError, ValueError, LookupError, RecursionError) as error:
        raise parts.Unfit(f"it is not XML: {type(error).__name__}") from None
    return {child.tag: child.text or "" for child in root if isinstance(child.tag, str)}
