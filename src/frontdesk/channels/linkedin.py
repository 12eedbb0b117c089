"""LinkedIn: comments on and mentions of a company page (organization social action notifications).

LinkedIn has no interface to a company's inbox. Unverified: the address and form of an answer to a comment, and where
author and text of a comment stand in `decoratedGeneratedActivity`; `api_version` and `answer_path` change them.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, needed, needed_secret
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import check_challenge, compare, digest, hex_mac
from frontdesk.interfaces.channels import Channel, Genuine, Handshake, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model.channels import ChannelLimits, CustomerMessage, DeliveryPart, Edit, Found, Ignored, RawEvent

TITLE = "LinkedIn"
SIGNATURE = "x-li-signature"
WRITTEN = ("COMMENT", "ADMIN_COMMENT", "SHARE_MENTION", "PHOTO_MENTION", "COMMENT_MENTION")
MILLISECONDS = 0.001
CHALLENGE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)  # a UUID
ANSWERS = "/rest/socialActions/{post}/comments"


class LinkedInSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of LinkedIn."""

    organization: Annotated[str, needed("URN of the company page, urn:li:organization:….")] = ""
    client_secret: Annotated[str, needed_secret("Client secret of the app; signs every event.")] = ""
    access_token: Annotated[str, needed_secret("Token of a page admin, with w_organization_social.")] = ""
    api_url: Annotated[str, about("Address of the API.")] = "https://api.linkedin.com"
    api_version: Annotated[str, about("Header LinkedIn-Version, year and month.")] = "202611"
    answer_path: Annotated[str, about("Path of an answer; {post} is the post's URN.")] = ANSWERS
    most_characters: Annotated[int, about("Length of a comment.")] = 1250


class LinkedIn(Channel):
    """Comments on a company page, and mentions of it."""

    def __init__(self, settings: LinkedInSettings, tools: ChannelTools) -> None:
        """Speak for one company page."""
        self._settings, self._http = settings, tools.reach(settings.api_url)
        self.limits = ChannelLimits(length=settings.most_characters)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """GET is the challenge, to be answered within three seconds."""
        if request.method == "GET":
            code = request.first("challengeCode")
            check_challenge(code, CHALLENGE, "challengeCode")
            answer = {"challengeCode": code, "challengeResponse": hex_mac(self._settings.client_secret, code.encode())}
            return Handshake(msgspec.json.encode(answer), "application/json")
        signed = hex_mac(self._settings.client_secret, b"hmacsha256=" + request.body)
        given = request.headers.get(SIGNATURE, "").removeprefix("hmacsha256=")
        compare(given, signed, "X-LI-Signature")
        return Genuine(digest(request.body))

    @override
    @parts.readable
    def read(self, event: RawEvent) -> Sequence[Found]:
        whole = parts.document(event.body)
        if "notifications" not in whole:
            return [Ignored(f"an event of type {parts.text(whole, 'type')[:60] or 'nothing'}")]
        return parts.each(parts.items(whole, "notifications"), self._notification)

    def _notification(self, each: Any) -> Found:
        action, id_ = parts.text(each, "action"), parts.needed(each, "notificationId")
        activity = parts.mapping(each, "decoratedGeneratedActivity")
        said = parts.mapping(activity, "comment") or parts.mapping(activity, "share") or activity
        text = parts.text(said, "text") or parts.text(said, "commentary") or parts.text(said, "message", "text")
        made = parts.text(said, "entity") or parts.text(said, "urn") or parts.text(each, "generatedActivity")
        if action in ("COMMENT_EDIT", "COMMENT_DELETE") and made:
            return Edit(made, text if action == "COMMENT_EDIT" else None, id_)
        if action not in WRITTEN:
            return Ignored(f"a {action[:60] or 'notification of nothing'}")
        author = parts.text(said, "owner") or parts.text(said, "author") or parts.needed(said, "actor")
        if author == self._settings.organization:
            return Ignored("written by the page itself")
        post = parts.text(each, "sourcePost") or made
        if not post:
            raise parts.Unfit("sourcePost is missing")
        return CustomerMessage(
            provider_id=made or id_,
            text=text,
            sender=Sender(parts.text(said, "ownerName") or parts.text(said, "name"), author),
            at=parts.moment(each.get("lastModifiedAt"), MILLISECONDS),
            thread=f"{post} {author}",
            joins_by_sender=False,
            has_own_thread=True,
            context={"post": post, "comment": made if action != "SHARE_MENTION" else ""},
        )

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        post = delivery.context.get("post", "")
        path = self._settings.answer_path.replace("{post}", quote(post, safe=""))
        body: dict[str, Any] = {
            "actor": self._settings.organization,
            "object": post,
            "message": {"text": delivery.text},
        }
        if comment := delivery.context.get("comment"):
            body["parentComment"] = comment
        headers = {
            "authorization": f"Bearer {self._settings.access_token}",
            "linkedin-version": self._settings.api_version,
            "x-restli-protocol-version": "2.0.0",
        }
        answer = await self._http.send("POST", path, json=body, headers=headers)
        told = answer.said()
        if not answer.ok:
            raise refusal(TITLE, answer, parts.text(told, "message"))
        made = parts.text(told, "commentUrn") or parts.text(told, "$URN") or parts.text(told, "id")
        return Receipt(made or answer.headers.get("x-restli-id", ""), {"delivered": True})


KIND = ChannelKind("linkedin", "LNK", TITLE, LinkedInSettings, LinkedIn, vouches=True)
