"""Reviews: imported from a file (`frontdesk channels import`), or polled from a JSON feed.

A review is one JSON object: `id` and `text` (or `body`), and `title`, `rating`, `author`, `email`, `customer_no`,
`product`, `url`, `at` where known. A feed is a list of these, or `{"reviews": […], "next": "address"}`. Answers are
posted to `answer_url` as `{"review", "text", "key"}`; without one a person copies them to where the review is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import msgspec
from typing_extensions import override

from frontdesk.channels import parts
from frontdesk.channels.kind import ChannelKind, ChannelTools, about, may_be_secret
from frontdesk.channels.refusals import refusal
from frontdesk.channels.signing import digest
from frontdesk.interfaces import Failed
from frontdesk.interfaces.channels import Channel, EventSink, Forged, Genuine, Handshake, Watching, WebhookRequest
from frontdesk.model import Receipt, Sender
from frontdesk.model.channels import ChannelLimits, CustomerMessage, DeliveryPart, Edit, Found, RawEvent

TITLE = "Reviews"
MOST_PAGES = 100
MARK = "etag"
NOT_MODIFIED = 304


class ReviewsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of reviews; imports need none."""

    feed_url: Annotated[str, about("Address of a JSON feed; empty: imports only.")] = ""
    feed_token: Annotated[str, may_be_secret("Sent to feed and answer_url as a bearer token.")] = ""
    poll_minutes: Annotated[float, about("How often the feed is looked at.")] = 15.0
    answer_url: Annotated[str, about("Where answers are posted; empty: they are shown only.")] = ""
    most_characters: Annotated[int, about("Length of an answer.")] = 4000


class Reviews(Channel, Watching):
    """Reviews of one feed."""

    repeats_safely = True  # answers carry a key

    def __init__(self, settings: ReviewsSettings, tools: ChannelTools) -> None:
        """Read one feed."""
        self._settings, self._tools = settings, tools
        self.limits = ChannelLimits(length=settings.most_characters, most_parts=1, picked_up=not settings.answer_url)

    @override
    async def verify(self, request: WebhookRequest) -> Genuine | Handshake:
        """Nobody calls."""
        raise Forged("reviews are imported or polled")

    @override
    @parts.readable
    def read(self, event: RawEvent) -> Sequence[Found]:
        return _review(parts.document(event.body))

    @override
    async def send(self, delivery: DeliveryPart) -> Receipt:
        if not self._settings.answer_url:
            return Receipt(detail={"picked_up_from": delivery.message_id})
        http, path, query = self._at(self._settings.answer_url)
        body = {"review": delivery.answers, "text": delivery.text, "key": delivery.key}
        headers = {**self._headers(), "idempotency-key": delivery.key}
        answer = await http.send("POST", path, json=body, params=query, headers=headers)
        if not answer.ok:
            raise refusal(TITLE, answer)
        return Receipt(delivery.key, {"delivered": True})

    @override
    async def watch(self, taker: EventSink) -> None:
        while self._settings.feed_url:
            await self._look(taker)
            await asyncio.sleep(self._settings.poll_minutes * 60)
        await asyncio.Event().wait()

    async def _look(self, taker: EventSink) -> None:
        """Hand in what the feed holds, all its pages; each review once for each of its texts."""
        url, known = self._settings.feed_url, (await taker.marks()).get(MARK, "")
        first_tag = ""
        for number in range(MOST_PAGES):
            http, path, query = self._at(url)
            tag = {"if-none-match": known} if known and number == 0 else {}
            answer = await http.send("GET", path, params=query, headers={**self._headers(), **tag})
            if answer.status == NOT_MODIFIED:
                return
            if not answer.ok:
                raise Failed(f"the feed of reviews answered {answer.status}", after_seconds=answer.retry_after())
            page = answer.json()
            first_tag = answer.headers.get("etag", "") if number == 0 else first_tag
            for review in parts.items(page if isinstance(page, dict) else {"reviews": page}, "reviews"):
                await taker.take(event_of(review))
            following = parts.text(page, "next")
            if not following:
                break
            url = urljoin(url, following)
        await taker.mark({MARK: first_tag})

    def _at(self, url: str) -> tuple[Any, str, Mapping[str, str]]:
        where, home = urlsplit(url), (self._settings.feed_url, self._settings.answer_url)
        origin = f"{where.scheme}://{where.netloc}"
        is_ours = any(origin == "{0.scheme}://{0.netloc}".format(urlsplit(each)) for each in home if each)
        if not is_ours:
            raise Failed("the feed of reviews leads to another server", permanent=True)
        return self._tools.reach(origin), where.path or "/", dict(parse_qsl(where.query, keep_blank_values=True))

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._settings.feed_token}"} if self._settings.feed_token else {}


def event_of(review: Any) -> RawEvent:
    """A review as a raw event; one whose text changed is another event."""
    body = msgspec.json.encode(review)
    return RawEvent("reviews", digest(body), body, "application/json")


def _review(whole: Mapping[str, Any]) -> Sequence[Found]:
    id_ = parts.needed(whole, "id")
    text, title, rating = (parts.text(whole, "text") or parts.text(whole, "body"), parts.text(whole, "title"), "")
    stars = whole.get("rating")
    if isinstance(stars, int | float | str) and not isinstance(stars, bool) and str(stars).strip():
        rating = f"[rating: {str(stars).strip()[:10]}]"
    words = "\n".join(filter(None, (rating, title, text)))
    author, email = parts.text(whole, "author"), parts.text(whole, "email")
    message = CustomerMessage(
        provider_id=id_,
        text=words,
        sender=Sender(author, email or f"review {id_}", customer_no=parts.text(whole, "customer_no")),
        at=parts.iso_moment(whole.get("at") or whole.get("date")),
        thread=f"review {id_}",
        joins_by_sender=False,
        context={name: parts.text(whole, name)[:500] for name in ("product", "url") if parts.text(whole, name)},
    )
    return [message, Edit(id_, words, digest(words))]


KIND = ChannelKind("reviews", "REV", TITLE, ReviewsSettings, Reviews, has_webhook=False)
