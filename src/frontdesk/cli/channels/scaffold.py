"""Writes a new channel into a source tree: one that works with signed JSON, to be fitted to its vendor."""

import re
from pathlib import Path

from frontdesk.interfaces import Conflict, Invalid

ADAPTER = '''"""TITLE: signed JSON in, JSON out. TODO: say which vendor, and what is unverified."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed_secret
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import compare, digest, hex_mac
from frontdesk.interfaces.channels import Channel, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model.channels import ChannelLimits, CustomerMessage, DeliveryPart, Found, Ignored, RawEvent, Unread

TITLE = "TITLE"


class CLASSSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of TITLE."""

    secret: Annotated[str, needed_secret("Signs every event.")] = ""
    access_token: Annotated[str, needed_secret("Sent with every answer.")] = ""
    api_url: Annotated[str, about("Address of the API.")] = "https://api.example.com"


class CLASS(Channel):
    """One account at TITLE."""

    limits = ChannelLimits(length=4000)

    def __init__(self, settings: CLASSSettings, tools: ChannelTools) -> None:
        """Speak as one account."""
        self._settings, self._http = settings, tools.reach(settings.api_url)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        compare(request.headers.get("x-signature", ""), hex_mac(self._settings.secret, request.body), "X-Signature")
        return Genuine(digest(request.body))

    @override
    def read(self, event: RawEvent) -> Sequence[Found]:
        try:
            whole = parts.document(event.body)
        except parts.Unfit as error:
            return [Unread(str(error))]
        return parts.each([whole], _message)

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        body = {"to": delivery.recipient, "text": delivery.text, "answers": delivery.answers}
        headers = {"authorization": f"Bearer {self._settings.access_token}"}
        answer = await self._http.send("POST", "/messages", json=body, headers=headers)
        if not answer.ok:
            raise refusal(TITLE, answer)
        return Receipt(parts.text(answer.json(), "id"))


def _message(whole: Any) -> Found:
    if parts.text(whole, "type") != "message":
        return Ignored(f"an event of type {parts.text(whole, 'type')[:40] or 'nothing'}")
    sender = Sender(parts.text(whole, "name"), parts.needed(whole, "from"))
    return CustomerMessage(parts.needed(whole, "id"), parts.text(whole, "text"), sender)


KIND = ChannelKind("NAME", "CODE", TITLE, CLASSSettings, CLASS)
'''

SAMPLE = '''"""See tests.channels.sample; the vendor must be as strict as the real one."""

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.sample import Sample, Signed
from tests.channels.signers import mac
from tests.channels.vendor import Vendor


class Api(Vendor):
    """Answers as the vendor does."""

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != "Bearer token":
            return told({"error": "unauthorized"}, 401)
        body = asked.json()
        if asked.path != "/messages" or set(body) != {"to", "text", "answers"} or not 0 < len(body["text"]) <= 4000:
            return told({"error": "invalid"}, 400)
        self.sent.append(body)
        return told({"id": f"out{len(self.sent)}"}, 201)


def sign(body: bytes, secret: str = "secret") -> Signed:
    return Signed({"x-signature": mac(secret, body).hexdigest()})


SAMPLE = Sample(
    section={"secret": "secret", "access_token": "token"},
    sign=sign,
    vendor=Api,
    answered=lambda vendor: [(each["text"], (each["to"], each["answers"])) for each in vendor.sent],
    place=("kim", "in1"),
    sender="kim",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: sign(body, "guessed"),
        "another body": lambda body: sign(body + b" "),
    },
    without=dict.fromkeys(("media", "status", "edit"), "TODO: record it, or say why there is none"),
)
'''

TEXT = (
    '{"type": "message", "id": "in1", "from": "kim", "name": "Kim Doe", '
    '"text": "My washing machine is broken: it shows error E18. Please help."}\n'
)
RECORDINGS = {
    "text.json": TEXT,
    "unknown_type.json": '{"type": "hologram", "id": "in2", "from": "kim"}\n',
    "malformed.json": '{"type": "message", "id": ',
}


def scaffold(source: Path, name: str, code: str, title: str) -> list[Path]:
    """The files that were written or changed. Raises Invalid, Conflict."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,38}", name):
        raise Invalid("the name must have small letters, digits and _ only, like carrier_pigeon", "name")
    if not re.fullmatch(r"[A-Z0-9]{2,10}", code):
        raise Invalid("the code must have capitals and digits only, like CPG", "code")
    if '"' in title or "\\" in title or not title.isprintable():
        raise Invalid("the title must not have quotation marks or backslashes", "title")
    registry = source / "src" / "frontdesk" / "channels" / "registry.py"
    if not registry.is_file():
        raise Invalid(f"{source} is no source tree of frontdesk: name it with --source", "source")
    adapter, tests = registry.with_name(f"{name}.py"), source / "tests" / "channels" / name
    if adapter.exists() or tests.exists():
        raise Conflict(f"there is a channel {name} already")
    _write(adapter, _filled(ADAPTER, name, code, title))
    _write(tests / "__init__.py", "")
    _write(tests / "sample.py", SAMPLE)
    for file, text in RECORDINGS.items():
        _write(tests / file, text)
    _register(registry, name)
    return [adapter, *sorted(tests.iterdir()), registry]


def _filled(text: str, name: str, code: str, title: str) -> str:
    """The template with its words put in; `TITLE` also stands for the constant, which stays."""
    made = "".join(part.title() for part in name.split("_"))
    text = text.replace('TITLE = "TITLE"', f'TITLE = "{title}"').replace('"""TITLE:', f'"""{title}:')
    text = text.replace("Settings of TITLE", f"Settings of {title}")
    return text.replace("CLASS", made).replace('"NAME"', f'"{name}"').replace('"CODE"', f'"{code}"')


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _register(registry: Path, name: str) -> None:
    """One import and one line; the formatter puts them in order."""
    text = registry.read_text("utf-8")
    text = text.replace("from frontdesk.channels import (\n", f"from frontdesk.channels import (\n    {name},\n", 1)
    text = re.sub(r"^KINDS: .* = \(\n", rf"\g<0>    {name}.KIND,\n", text, count=1, flags=re.MULTILINE)
    registry.write_text(text, "utf-8")
