"""What the typed endpoints answer: the checked answer of a use case with who gave it and what it took."""

from dataclasses import fields
from typing import Any

import msgspec

from frontdesk.edges.rest.api_answer import ApiAnswer, shows
from frontdesk.llm.finishing import published
from frontdesk.llm.schemas import Lists
from frontdesk.llm.use_case import UseCase
from frontdesk.model.llm import RouteFailure, UseCaseOutcome

MILLIONTHS = 1_000_000


@shows(RouteFailure)
class RouteFailureAnswer(ApiAnswer, frozen=True):
    """A route that gave no usable answer."""


@shows(UseCaseOutcome, without=("value", "tier", "cost"))
class UseCaseAnswer(ApiAnswer, frozen=True):
    """A checked answer. `tier` is `builtin` or `model`; `cost` is in the price table's currency, over all attempts."""

    answer: Any
    tier: str
    cost: float


class UseCaseShown(ApiAnswer, frozen=True):
    """A use case in force: what goes in, what comes out, an example, and who is asked in which order."""

    name: str
    version: int
    kind: str
    description: str
    path: str
    chain: list[str]
    characters: int
    seconds: float
    inputs: dict[str, Any]
    answer: dict[str, Any]
    example: dict[str, Any] | None


def answered(outcome: UseCaseOutcome) -> UseCaseAnswer:
    """An outcome for a caller."""
    told = {each.name: getattr(outcome, each.name) for each in fields(outcome)}
    told |= {"answer": outcome.value, "tier": outcome.tier.value, "cost": outcome.cost / MILLIONTHS}
    return msgspec.convert(told, UseCaseAnswer, from_attributes=True)


def shown(use_case: UseCase, path: str, chain: list[str], lists: Lists) -> UseCaseShown:
    """A use case for a caller, with codes where the model chooses labels."""
    body = use_case.body
    first = body.examples[0].inputs if body.examples else None
    return UseCaseShown(
        name=body.name,
        version=body.version,
        kind=body.kind,
        description=body.description,
        path=path,
        chain=chain,
        characters=body.limits.characters,
        seconds=body.limits.seconds,
        inputs=published(body.inputs),
        answer=published(body.answer, lists),
        example=first,
    )
