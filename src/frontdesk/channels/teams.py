"""Microsoft Teams by the Bot Framework (https://learn.microsoft.com/azure/bot-service/rest-api).

Who calls is shown by a JSON Web Token that Microsoft signed for our app and for the address answers go to.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.bot_tokens import TokenCheck
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.channels.media import download, may_have_key
from frontdesk.channels.refusals import refusal, token_of
from frontdesk.channels.signing import digest
from frontdesk.interfaces import DeliveryFailed, HttpAnswer
from frontdesk.interfaces import channels as interface
from frontdesk.interfaces.tokens import KeptToken
from frontdesk.model import Receipt, Sender
from frontdesk.model import channels as model

TITLE = "Teams"
SCOPE = "https://api.botframework.com/.default"
# Where bots are answered and pictures lie, in the public cloud and those of governments.
HOSTS = (
    "smba.trafficmanager.net",
    ".botframework.com",
    ".teams.microsoft.com",
    ".teams.microsoft.us",
    ".botframework.azure.us",
    ".botframework.azure.cn",
)
PASSING = frozenset({412, 429, 502, 504})
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
_AT = re.compile(r"<at\b[^>]*>.*?</at>", re.S | re.I)
_TAG = re.compile(r"<[^>]{1,300}>")


class TeamsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of Teams."""

    app_id: Annotated[str, needed("Microsoft App ID of the bot.")] = ""
    app_secret: Annotated[str, needed_secret("Client secret of that app.")] = ""
    tenant: Annotated[str, about("Tenant of a single-tenant bot, else botframework.com.")] = "botframework.com"
    sign_in_url: Annotated[str, about("Where tokens for answers come from.")] = "https://login.microsoftonline.com"
    keys_url: Annotated[str, about("Microsoft's keys.")] = "https://login.botframework.com/v1/.well-known/keys"
    issuer: Annotated[str, about("Who signs for Microsoft.")] = "https://api.botframework.com"
    service_url: Annotated[str, about("The only address for answers; empty: whichever Microsoft names.")] = ""
    most_characters: Annotated[int, about("Length of one message.")] = 20_000


class Teams(interface.Channel, interface.Admitting, interface.Fetching):
    """A bot in Microsoft Teams."""

    def __init__(self, settings: TeamsSettings, tools: ChannelTools) -> None:
        """Speak as one bot."""
        self._settings, self._tools = settings, tools
        self._sign_in = tools.reach(settings.sign_in_url)
        self._check = TokenCheck(tools, settings.keys_url, settings.issuer, settings.app_id)
        self._token = KeptToken(self._ask_token, tools.seconds)
        self.limits = model.ChannelLimits(length=settings.most_characters)

    @override
    async def admit(self, request: interface.WebhookRequest) -> None:
        await self._check.claims(request.headers.get("authorization", ""))

    @override
    async def verify(self, request: interface.WebhookRequest) -> interface.Genuine | interface.Handshake:
        claims = await self._check.claims(request.headers.get("authorization", ""))
        try:
            activity = parts.document(request.body)
        except parts.Unfit as error:
            raise interface.Forged(f"the activity cannot be read: {error}") from None
        service = parts.text(activity, "serviceUrl")
        claimed = parts.text(claims, "serviceurl") or parts.text(claims, "serviceUrl")
        if not service or claimed != service:
            raise interface.Forged("the token is for another serviceUrl")
        self._check_service(service)
        return interface.Genuine(digest(request.body))

    def _check_service(self, service: str) -> None:
        """Our token is sent there, so it must be the one that is set up, or of Microsoft's own. Raises Forged."""
        ours = self._settings.service_url
        if ours and service.rstrip("/") != ours.rstrip("/"):
            raise interface.Forged("serviceUrl is not channels.teams.service_url")
        if not ours and not may_have_key(service, "", HOSTS):
            wrong = "serviceUrl is no https address of Microsoft's: set channels.teams.service_url if it is right"
            raise interface.Forged(wrong)

    @override
    @parts.readable
    def read(self, event: model.RawEvent) -> Sequence[model.Found]:
        return parts.each([parts.document(event.body)], self._activity)

    def _activity(self, each: Any) -> model.Found:
        kind, id_ = parts.text(each, "type"), parts.text(each, "id")
        conversation = parts.text(each, "conversation", "id")
        sender = parts.text(each, "from", "id")
        if kind == "messageUpdate":
            return model.Edit(_id(conversation, id_), _plain(each), parts.text(each, "timestamp"), _at(each))
        if kind == "messageDelete":
            return model.Edit(_id(conversation, id_), None)
        if kind != "message":
            return model.Ignored(f"an activity of type {kind[:40] or 'nothing'}")
        if sender.endswith(self._settings.app_id) or parts.text(each, "from", "role") == "bot":
            return model.Ignored("written by a bot, maybe ourselves")
        is_shared = parts.text(each, "conversation", "conversationType") not in ("", "personal")
        if not (conversation and id_ and sender):
            raise parts.Unfit("an activity without id, conversation or sender")
        answers = parts.text(each, "replyToId")
        return model.CustomerMessage(
            provider_id=_id(conversation, id_),
            text=_plain(each),
            sender=Sender(parts.text(each, "from", "name"), parts.text(each, "from", "aadObjectId") or sender),
            at=_at(each),
            thread=conversation if is_shared else "",
            answers=(_id(conversation, answers),) if answers else (),
            joins_by_sender=not is_shared,
            context={
                "service_url": parts.text(each, "serviceUrl"),
                "conversation": conversation,
                "activity": id_,
                "bot": parts.text(each, "recipient", "id"),
                "user": sender,
            },
            attachments=_files(each),
        )

    @override
    async def send(self, delivery: model.DeliveryPart) -> Receipt:
        context = delivery.context
        body = {
            "type": "message",
            "from": {"id": context.get("bot", "")},
            "recipient": {"id": context.get("user", "")},
            "conversation": {"id": context.get("conversation", "")},
            "replyToId": context.get("activity", ""),
            "text": delivery.text,
            "textFormat": "plain",
        }
        if not may_have_key(context.get("service_url", ""), self._settings.service_url, HOSTS):
            raise DeliveryFailed(f"{TITLE} told no serviceUrl of its own to answer to", permanent=True)
        path = f"/v3/conversations/{quote(context.get('conversation', ''), safe='')}/activities/"
        answer = await self._post(context["service_url"], path + quote(context.get("activity", ""), safe=""), body)
        told = answer.said()
        if not answer.ok:
            words = parts.text(told, "error", "message") or parts.text(told, "message")
            raise refusal(TITLE, answer, words, False if answer.status in PASSING else None)
        return Receipt(_id(context["conversation"], parts.text(told, "id")), {"delivered": True})

    async def _post(self, service_url: str, path: str, body: Any) -> HttpAnswer:
        http = self._tools.reach(service_url.rstrip("/"), trusted=bool(self._settings.service_url))
        return await self._token.answered(
            lambda token: http.send("POST", path, json=body, headers={"authorization": f"Bearer {token}"})
        )

    @override
    async def fetch(self, remote: Mapping[str, str], most_bytes: int) -> interface.Fetched:
        """Files have an address of their own, pictures ask for our token."""
        url, home, key = remote["url"], self._settings.service_url, {}
        if remote.get("signed") != "yes" and may_have_key(url, home, HOSTS):
            key = {"authorization": f"Bearer {await self._token.value()}"}
        return await download(self._tools, TITLE, url, home, most_bytes, key, HOSTS)

    async def _ask_token(self) -> tuple[str, float]:
        client = {"client_id": self._settings.app_id, "client_secret": self._settings.app_secret}
        form = {"grant_type": "client_credentials", "scope": SCOPE, **client}
        answer = await self._sign_in.send("POST", f"/{self._settings.tenant}/oauth2/v2.0/token", form=form)
        if not answer.ok:
            raise refusal(f"{TITLE} (sign-in)", answer, permanent=False)
        return token_of(TITLE, answer)


def _id(conversation: str, activity: str) -> str:
    return f"{conversation}|{activity}"


def _at(each: Any) -> Any:
    return parts.iso_moment(parts.at(each, "timestamp"))


def _plain(each: Any) -> str:
    """The words, without mentions (of ourselves, mostly) and marks."""
    text = _AT.sub("", parts.text(each, "text"))
    if parts.text(each, "textFormat") == "xml":
        text = _TAG.sub("", text)
    return text.replace("&nbsp;", " ").strip()


def _files(activity: Any) -> tuple[model.IncomingAttachment, ...]:
    return tuple(filter(None, (_file(each) for each in parts.objects(activity, "attachments"))))


def _file(each: Mapping[str, Any]) -> model.IncomingAttachment | None:
    kind, name = parts.text(each, "contentType"), parts.text(each, "name")
    if kind == DOWNLOAD:
        remote = {"url": parts.text(each, "content", "downloadUrl"), "signed": "yes"}
        return model.IncomingAttachment(name, "application/octet-stream", None, remote) if remote["url"] else None
    url = parts.text(each, "contentUrl")
    if not url or kind.startswith("application/vnd.microsoft.card"):
        return None
    return model.IncomingAttachment(name or kind, "image/png" if kind == "image/*" else kind, None, {"url": url})


KIND = ChannelKind("teams", "TEA", TITLE, TeamsSettings, Teams, vouches=True)
