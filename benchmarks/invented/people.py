"""The invented customers and their contacts: few of them write most of the messages."""

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from benchmarks.invented.phrases import phrases, pick

COMPANIES = 0.35
MOST_CUSTOMERS = 40_000
MESSAGES_FOR_EACH = 25
STRANGERS = 0.14
LANGUAGE_WEIGHTS = (("en", 0.56), ("de", 0.81), ("fr", 0.92), ("es", 1.0))


@dataclass(frozen=True, slots=True)
class Person:
    """A person who writes; `customer` is empty where the customer number is unknown."""

    contact: int
    name: str
    email: str
    phone: str
    language: str
    customer: str
    company: str


class People:
    """All who may write, numbered from `first_contact` and `first_customer` on."""

    def __init__(self, chance: Random, messages: int, first_contact: int, first_customer: int) -> None:
        """Invent as many as so many messages come from."""
        customers = max(10, min(MOST_CUSTOMERS, messages // MESSAGES_FOR_EACH))
        strangers = max(5, int(customers * STRANGERS * 2))
        self.everyone: list[Person] = []
        for number in range(customers):
            self._add_customer(chance, f"{first_customer + number}", first_contact)
        self._known = len(self.everyone)
        for _ in range(strangers):
            self.everyone.append(_person(chance, first_contact + len(self.everyone), _language(chance), "", ""))
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(self._known)))

    def writer(self, chance: Random) -> Person:
        """Somebody: with Zipf's skew one of the customers, or a stranger."""
        if chance.random() < STRANGERS:
            return self.everyone[self._known + int(chance.random() * (len(self.everyone) - self._known))]
        rank = bisect(self._weights, chance.random() * self._weights[-1])
        return self.everyone[min(rank, self._known - 1)]

    def _add_customer(self, chance: Random, number: str, first_contact: int) -> None:
        language = _language(chance)
        company = _company(chance) if chance.random() < COMPANIES else ""
        for _ in range(chance.choice((1, 1, 2)) if company else 1):
            self.everyone.append(_person(chance, first_contact + len(self.everyone), language, number, company))


def _person(chance: Random, contact: int, language: str, customer: str, company: str) -> Person:
    first = pick(chance, phrases()["first_names"][language])
    last = pick(chance, phrases()["last_names"][language])
    email = f"{_plain(first)}.{_plain(last)}.{contact}@example.com"
    phone = f"+1 202 555 01{contact % 100:02d}"  # numbers set aside for fiction
    return Person(contact, f"{first} {last}", email, phone, language, customer, company)


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèíñóúáçô ", "eeinouaco-"))


def _company(chance: Random) -> str:
    return " ".join(
        (
            pick(chance, phrases()["company_words"]),
            pick(chance, phrases()["company_words"]),
            pick(chance, phrases()["company_kinds"]),
        )
    )


def _language(chance: Random) -> str:
    lot = chance.random()
    return next(language for language, until in LANGUAGE_WEIGHTS if lot < until)
