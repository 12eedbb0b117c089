"""Grants of API keys (what they may use and spend) as columns."""

import re
from typing import Any

from frontdesk.interfaces import Invalid
from frontdesk.model import Grant
from frontdesk.model.identity import SCOPES
from frontdesk.model.translatable import tr
from frontdesk.storage.schema.rows import Columns, columns, fact

MOST_MONEY = 10**15
MOST_REQUESTS = 1_000_000
MOST_SCOPES = 100
LISTS = ("scopes", "teams", "channels")
_CODE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,159}")


def check_grant(grant: Grant) -> Grant:
    """The grant itself. Raises Invalid for a scope that does not exist or an amount out of bounds."""
    if len(grant.scopes) > MOST_SCOPES:
        raise Invalid(tr("a key has {most} scopes at most", most=MOST_SCOPES), "scope")
    for scope in grant.scopes:
        _check_scope(scope)
    if not (0 <= grant.budget_day <= MOST_MONEY and 0 <= grant.budget_month <= MOST_MONEY):
        raise Invalid(tr("a budget is not negative and at most 1,000,000,000"), "budget")
    check_codes(grant.teams, "teams")
    check_codes(grant.channels, "channels")
    if not 0 <= grant.requests_per_minute <= MOST_REQUESTS:
        raise Invalid(tr("requests per minute are 0 to {most:,}", most=MOST_REQUESTS), "requests_per_minute")
    return grant


def grant_columns(grant: Grant) -> dict[str, Any]:
    """The grant as columns of the table api_key."""
    return columns(grant) | {name: " ".join(sorted(getattr(grant, name))) for name in LISTS}


def grant_of(row: Columns) -> Grant:
    """The grant in a row of the table api_key."""
    return fact(Grant, row, **{name: frozenset(row[name].split()) for name in LISTS})


def check_codes(codes: frozenset[str], field: str) -> frozenset[str]:
    """The codes themselves. Raises Invalid for what can be no code of a list."""
    if len(codes) > MOST_SCOPES or not all(_CODE.fullmatch(each) for each in codes):
        raise Invalid(tr("write codes of the list, with blanks between, {most} at most", most=MOST_SCOPES), field)
    return codes


def _check_scope(scope: str) -> None:
    for known in SCOPES:
        if scope == known and not known.endswith(":"):
            return
        if known.endswith(":") and scope.startswith(known) and _NAME.fullmatch(scope.removeprefix(known)):
            return
    listed = ", ".join(f"{known}NAME" if known.endswith(":") else known for known in SCOPES)
    raise Invalid(tr("there is no scope {scope!r}: use {known}", scope=scope[:80], known=listed), "scope")
