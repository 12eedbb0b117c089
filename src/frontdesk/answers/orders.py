"""Orders within answers: whether one is asked about, who may be told, and what is said."""

import re
from collections.abc import Sequence

from frontdesk.answers.wording import day, say
from frontdesk.model.analysis import Turn
from frontdesk.model.answers import Asker
from frontdesk.model.knowledge import Order, OrderState

# Of topics.txt: a question that is nearest to one of these asks about an order of one's own.
STATUS_TOPICS = frozenset({"Where is my order?", "When will my parcel arrive?"})
# So many wrong details may be told in a conversation before they are not looked at any more.
MOST_TRIES = 3
# Shorter ones without letters are postal codes, years and prices.
_NUMBER = re.compile(r"(?<![\w@.])(?:[A-Z]{1,4}[-/]?\d{4,18}|\d(?:[/-]?\d){5,18})(?![\w@])", re.I)
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.\w+")
_CODE = re.compile(
    r"(?<!\w)(?:\d{4} ?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{3} ?\d{2}|\d{4}-\d{3}|\d{4,5})(?!\w)", re.I
)
_PLAIN = re.compile(r"[^0-9a-z]")
_DONE = (OrderState.DELIVERED, OrderState.CANCELLED, OrderState.RETURNED)


def numbers_in(text: str) -> tuple[str, ...]:
    """What may be numbers of orders, in order."""
    return tuple(dict.fromkeys(_NUMBER.findall(text)))


def is_theirs(order: Order, asker: Asker) -> bool:
    """Whether it is proven that the order is this person's, or they may see all."""
    if asker.may_see_orders:
        return True
    if asker.customer_id and order.customer_id and order.customer_id.lstrip("0") == asker.customer_id.lstrip("0"):
        return True
    known = {each.casefold() for each in (order.email, order.phone) if each}
    return bool(known & {each.casefold() for each in asker.addresses if each})


def shows_knowledge(order: Order, mine: Sequence[Turn]) -> bool:
    """Whether the customer's turns tell its postal code or e-mail address, within the tries that there are."""
    told = [each for turn in mine for each in _details((order.number,), turn.text)]
    wanted = {_PLAIN.sub("", each.casefold()) for each in (order.postal_code, order.email) if len(each) > 2}
    return any(_PLAIN.sub("", each) in wanted for each in told[:MOST_TRIES])


def has_tried(numbers: Sequence[str], mine: Sequence[Turn]) -> bool:
    """Whether the customer's turns tell something that could be a postal code or an e-mail address."""
    return any(_details(numbers, turn.text) for turn in mine)


def status_of(order: Order, language: str) -> str:
    """What an order says, in sentences."""
    parts = [say(f"order_{order.state.value}", language, number=order.number)]
    if order.blocked:
        parts.append(say("order_blocked", language))
    if order.state is OrderState.DELIVERED and order.delivered_on:
        parts.append(say("order_delivered_on", language, date=day(order.delivered_on, language)))
    if order.state not in _DONE and order.shipped_on:
        parts.append(say("order_shipped_on", language, date=day(order.shipped_on, language)))
    if order.state not in _DONE and order.expected_on:
        parts.append(say("order_expected", language, date=day(order.expected_on, language)))
    if order.tracking and order.state not in (OrderState.CANCELLED, OrderState.RETURNED):
        parts.append(say("order_tracking", language, tracking=order.tracking, url=order.tracking_url).strip())
    return " ".join(parts)


def _details(numbers: Sequence[str], text: str) -> list[str]:
    """E-mail addresses, and words with a digit as postal codes have them, without the numbers of orders."""
    for number in numbers:
        text = text.replace(number, " ")
    found = [each.rstrip(".") for each in _ADDRESS.findall(text)]
    return [each.casefold() for each in [*found, *_CODE.findall(_ADDRESS.sub(" ", text))]]
