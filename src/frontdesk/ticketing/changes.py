"""Checks changes by people: the status flow, codes in use, values of corrections."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.interfaces import Conflict, Invalid
from frontdesk.model import ENTITY_FIELDS, VALUES_APART, Change, Code, CodeList, Interaction, Sentiment, Status
from frontdesk.model.translatable import tr
from frontdesk.ticketing.status import move
from frontdesk.ticketing.submission import storable

Lists = Mapping[CodeList, tuple[Code, ...]]

CHECKED = {"category": CodeList.CATEGORY, "priority": CodeList.PRIORITY, "team": CodeList.TEAM}
CORRECTABLE = {"intent": CodeList.INTENT, "message_type": CodeList.MESSAGE_TYPE}
# What is set aside until then comes back when the customer writes.
UNTIL_ANSWER = datetime(9999, 12, 31, tzinfo=UTC)
NO_MORE = datetime(2000, 1, 1, tzinfo=UTC)
# The usual choices of how long an interaction is set aside.
SNOOZES = {"1h": 1, "4h": 4, "1d": 24, "3d": 72, "1w": 168}
CHANGES = frozenset({"status", "priority", "team", "assignee", "tag", "snooze"})
ME = "@me"
LONGEST_TAGS = 100
LENGTHS = {"title": 100, "summary": 300}
MOST_OF_ENTITY = 300
# The fields of an analysis that a person may correct.
FIELDS = ("intent", "message_type", "sentiment", "language", "title", "summary", *ENTITY_FIELDS)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,6})?")


def check_change(interaction: Interaction, change: Change, lists: Lists) -> Change:
    """The change, if ticketing allows it. Raises Conflict (status flow), Invalid (a code that is not in use)."""
    if change.status is not None:
        move(interaction.status, change.status)
    for field, which in CHECKED.items():
        wanted = getattr(change, field)
        if wanted is not None and wanted != getattr(interaction, field):
            check_code(field, wanted, lists.get(which, ()), may_be_empty=field == "team")
    if (until := change.snoozed_until) is not None and not NO_MORE.year < until.year < UNTIL_ANSWER.year:
        return replace(change, snoozed_until=UNTIL_ANSWER if until.year == UNTIL_ANSWER.year else NO_MORE)
    return change


def snooze(choice: str, now: datetime) -> Change:
    """Set aside for one of SNOOZES, until the customer answers (`answer`), or no more (empty). Raises Invalid."""
    if choice in SNOOZES:
        return Change(snoozed_until=now + timedelta(hours=SNOOZES[choice]))
    if choice not in ("", "answer"):
        raise Invalid(tr("choose until when it is set aside: one of {known}", known=", ".join(SNOOZES)), "until")
    return Change(snoozed_until=UNTIL_ANSWER if choice else NO_MORE)


def change_of(wanted: Mapping[str, str], interaction: Interaction, now: datetime, by: str) -> Change:
    """The change of an interaction that CHANGES by name and value ask for; the owner ME is `by`. Raises Invalid."""
    fields: dict[str, Any] = {name: value for name, value in wanted.items() if name in ("priority", "team", "assignee")}
    if fields.get("assignee") == ME:
        fields["assignee"] = by
    if "status" in wanted:
        fields["status"] = status_of(wanted["status"])
    if "tag" in wanted:
        fields["tags"] = with_tag(interaction.tags, wanted["tag"].replace(",", " ").strip())
    if "snooze" in wanted:
        fields["snoozed_until"] = snooze(wanted["snooze"], now).snoozed_until
    return Change(**{name: value for name, value in fields.items() if value != getattr(interaction, name)})


def status_of(text: str) -> Status:
    """Raises Invalid."""
    if text not in set(Status):
        raise Invalid(tr("status {status!r} is not known", status=storable(text)[:20]), "status")
    return Status(text)


def with_tag(tags: str, tag: str) -> str:
    """Tags with one more. Raises Invalid for none, and when they become too long."""
    if not tag:
        raise Invalid(tr("write the tag that is to be added"), "tag")
    kept = [each.strip() for each in tags.split(",") if each.strip()]
    joined = ", ".join(kept if tag in kept else [*kept, tag])
    if len(joined) > LONGEST_TAGS:
        raise Invalid(tr("tags have at most {most} characters together: remove one first", most=LONGEST_TAGS), "tags")
    return joined


def check_correction(field: str, value: str, lists: Lists) -> str:
    """The value as it is kept. An intent may be empty (none of them fits), an entity too (none is named).

    Several values of an entity are separated by commas. Raises Invalid.
    """
    value = language_tag(value) if field == "language" else storable(value).strip()
    if field not in FIELDS:
        known = ", ".join(FIELDS)
        wrong = tr("{field!r} is nothing that can be corrected: use one of {known}", field=field[:40], known=known)
        raise Invalid(wrong, "field")
    if field in CORRECTABLE:
        check_code("value", value, lists.get(CORRECTABLE[field], ()), may_be_empty=field == "intent")
    elif field == "sentiment" and value not in set(Sentiment):
        known = ", ".join(Sentiment)
        wrong = tr("sentiment {sentiment!r} is not known: use one of {known}", sentiment=value[:40], known=known)
        raise Invalid(wrong, "value")
    elif field == "language" and not LANGUAGE.fullmatch(value):
        wrong = tr("language {language!r} is not a language tag: use for example en, de or pt-BR", language=value[:40])
        raise Invalid(wrong, "value")
    elif field in ENTITY_FIELDS:
        value = VALUES_APART.join(part for each in value.split(",") if (part := " ".join(each.split())))
        if len(value) > MOST_OF_ENTITY:
            raise Invalid(tr("{field} must have 1 to {most} characters", field=field, most=MOST_OF_ENTITY), "value")
    elif field in LENGTHS and not 0 < len(value) <= LENGTHS[field]:
        raise Invalid(tr("{field} must have 1 to {most} characters", field=field, most=LENGTHS[field]), "value")
    return value


def language_tag(text: str) -> str:
    """A language tag in its usual form: de, pt-BR, zh-Hant; case makes no difference (RFC 5646, 2.1.1)."""
    first, *others = storable(text).strip().split("-")
    usual = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(usual.get(len(each), str.lower)(each) for each in others)])


def check_code(field: str, code: str, entries: tuple[Code, ...], *, may_be_empty: bool = False) -> None:
    """Raises Invalid, naming what there is, unless the code is in use."""
    known = [entry.code for entry in entries if entry.active]
    if code not in known and not (may_be_empty and not code):
        names = ", ".join(known) or "none, the list is empty"
        raise Invalid(tr("{code!r} is not in use: use one of {known}", code=code[:40], known=names), field)


def check_entry(entry: Code) -> Code:
    """The entry as it is kept. Raises Conflict for a status that the status flow does not know."""
    if entry.list is CodeList.STATUS and (entry.code not in set(Status) or not entry.active):
        codes = ", ".join(Status)
        raise Conflict(tr("the status flow is fixed: only names and order of {codes} can be changed", codes=codes))
    return entry


def check_retirement(which: CodeList) -> None:
    """Raises Conflict for the list whose entries the product itself needs."""
    if which is CodeList.STATUS:
        raise Conflict(tr("the status flow is fixed: a status cannot be taken out of use"))
