"""What each least probability would have done to past messages: acted, wrongly acted, held back."""

from collections.abc import AsyncIterator, Sequence, Set
from dataclasses import dataclass

from frontdesk.interfaces import Invalid
from frontdesk.model.rules import Past
from frontdesk.orchestrator.plans import ASK_PERSON
from frontdesk.orchestrator.rules import TableRules

LIMITS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
# More than any probability: every action with a risk is held back, and says how certain it was.
_ALL = {"low": 0.0, "medium": 1.01, "high": 1.01}


@dataclass(frozen=True, slots=True)
class LimitFigure:
    """Of the messages with a risky action: on how many it would have acted at this limit, and on how many wrongly.

    `wrong` are those whose reading a person corrected; nobody may have looked at others.
    """

    limit: float
    acted: int
    wrong: int
    held: int


async def limit_figures(
    rules: TableRules, history: AsyncIterator[Sequence[Past]], corrected: Set[str]
) -> tuple[LimitFigure, ...]:
    """Each of LIMITS over these decisions; `corrected` are the ids of messages whose reading people corrected."""
    found: list[tuple[float, bool]] = []
    async for portion in history:
        for past in portion:
            certainty = _certainty(rules, past)
            if certainty is not None:
                found.append((certainty, past.decision.message_id in corrected))
    return tuple(_figure(limit, found) for limit in LIMITS)


def _figure(limit: float, found: Sequence[tuple[float, bool]]) -> LimitFigure:
    acted = [wrong for certainty, wrong in found if certainty >= limit]
    return LimitFigure(limit, len(acted), sum(acted), len(found) - len(acted))


def _certainty(rules: TableRules, past: Past) -> float | None:
    """How certain the least certain risky action was; None where there was none."""
    try:
        verdict = rules.decide({**past.decision.facts, "least": _ALL, "acknowledged": []})
    except Invalid:
        return None
    asked = (action for action in verdict.actions if action["kind"] == ASK_PERSON and "certainty" in action)
    return next((float(action["certainty"]) for action in asked), None)
