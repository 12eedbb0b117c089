"""What people do with rule sets: draft, check, backtest, publish, roll back, explain."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence, Set
from typing import Any, TypeVar

from frontdesk.interfaces import Analyst, Clock, CodeLists, Conflict, Invalid
from frontdesk.interfaces.rules import History, NewRuleSet, PastDecisionsQuery, RuleSets, TableRefused
from frontdesk.model import CodeList, Correction, InboundMessage, Interaction, Sender
from frontdesk.model.reading import IdempotencyKey, StoredAnswer
from frontdesk.model.rules import Finding, Past, Publication, RuleSetState, RuleSetVersion, Severity
from frontdesk.model.translatable import tr
from frontdesk.orchestrator.analysing import analyse, check_cases
from frontdesk.orchestrator.backtest import BacktestReport, backtest, imagined
from frontdesk.orchestrator.checking import ROUTES, Vocabulary, check_table, check_yields, worst
from frontdesk.orchestrator.deciding_again import DecidedAgain, decide_again
from frontdesk.orchestrator.explaining import Explanation, WhatIf, explain, what_if
from frontdesk.orchestrator.gathering import Desk, facts_of_text
from frontdesk.orchestrator.limits import LimitFigure, limit_figures
from frontdesk.orchestrator.published import Published
from frontdesk.orchestrator.rules import GraphRules, TableRules, compile_content, read_model
from frontdesk.orchestrator.spreadsheet import from_csv
from frontdesk.orchestrator.templates import ReplyTemplates

T = TypeVar("T")

MOST_BACKTESTED = 1_000_000
LOOKED_BACK = 1_000


class RuleSetService:
    """Manages rule sets. It has no access to connectors or channels."""

    def __init__(
        self,
        rule_sets: RuleSets,
        history: History,
        book: Published,
        codes: CodeLists,
        templates: ReplyTemplates,
        analyst: Analyst,
        clock: Clock,
        extra_routes: Iterable[str] = (),
        desk: Desk = Desk(),
    ) -> None:
        """`extra_routes` are allowed besides those of the sample; `analyst` reads texts of files, at this `desk`."""
        self._rule_sets, self._history, self._book, self._codes = rule_sets, history, book, codes
        self._templates, self._analyst, self._clock = templates, analyst, clock
        self._routes = ROUTES | frozenset(extra_routes)
        self._desk = desk
        self._one_at_a_time = asyncio.Semaphore(1)

    async def versions(self) -> tuple[RuleSetVersion, ...]:
        """All versions, newest first, without content."""
        return await self._rule_sets.versions()

    async def publications(self) -> tuple[Publication, ...]:
        """What came into force when, newest first."""
        return await self._rule_sets.publications()

    async def version(self, number: int | None = None) -> RuleSetVersion:
        """One version with its content, the published one without a number. Raises NotFound."""
        return await self._rule_sets.get(await self._rule_sets.in_force() if number is None else number)

    async def check(self, content: str) -> list[Finding]:
        """All findings in a rule set, the worst first. Nothing is stored."""
        return await self._aside(_findings, content, await self._vocabulary())

    async def draft(
        self, draft: NewRuleSet, by: str, once: IdempotencyKey | None = None
    ) -> StoredAnswer[RuleSetVersion]:
        """Store a draft. Raises TableRefused that names row and column."""
        return await self._rule_sets.add(await self._checked(draft), by, once)

    async def change(self, version: int, draft: NewRuleSet, revision: int | None) -> RuleSetVersion:
        """Replace a draft. Raises TableRefused, NotFound, Stale, or Conflict if it was published."""
        before = await self._rule_sets.get(version)
        if before.state is not RuleSetState.DRAFT:
            raise Conflict(
                tr("version {version} was published and stays as it is: draft a new one from it", version=version)
            )
        return await self._rule_sets.change(version, await self._checked(draft), revision)

    async def remove(self, version: int, by: str) -> None:
        """Delete a draft. Raises NotFound, or Conflict if it was published."""
        await self._rule_sets.remove(version, by)

    async def publish(
        self, version: int, by: str, note: str, once: IdempotencyKey | None = None
    ) -> StoredAnswer[RuleSetVersion]:
        """Put a version in force: a draft, or an old version again. Raises TableRefused if it has errors."""
        stored = await self._rule_sets.get(version)
        findings = await self.check(stored.content)
        if problem := worst(findings):
            raise TableRefused(
                tr("version {version} cannot be published: {problem}", version=version, problem=problem),
                findings,
                "content",
            )
        published = await self._rule_sets.publish(stored, by, note, once)
        self._book.forget()
        return published

    async def model_of_csv(self, text: str, base: int | None) -> str:
        """A decision model with the table of a CSV text; all else comes from version `base` (the published one)."""
        return json.dumps(from_csv(text, read_model((await self.version(base)).content)))

    async def rules(self, version: int | None = None) -> TableRules:
        """A stored version, compiled. Raises NotFound, Refused."""
        stored = await self.version(version)
        return await self._aside(compile_content, stored.name, stored.version, stored.content, None, self._templates)

    async def backtest(self, rules: TableRules, wanted: PastDecisionsQuery) -> BacktestReport:
        """Decide past messages again. Raises Invalid unless it is said which."""
        if wanted.last is None and wanted.since is None and wanted.until is None:
            raise Invalid(tr("say which messages: the last so many, or since or until when"), "last")
        if wanted.last is not None and not 0 < wanted.last <= MOST_BACKTESTED:
            raise Invalid(tr("last is a number from 1 to {most:,}", most=MOST_BACKTESTED), "last")
        return await backtest(rules, self._history.decided(wanted))

    async def backtest_lines(self, rules: TableRules, lines: Sequence[Mapping[str, Any]]) -> BacktestReport:
        """Decide lines of a file, each with `facts` or a `text` to read first; compare with the published rules."""
        facts = [await self._facts(number, line) for number, line in enumerate(lines, 1)]
        return await backtest(rules, _once(imagined(await self._book.current(), facts)))

    async def explain(self, message_id: str) -> Explanation:
        """Explain the decision on a message from its stored record. Raises NotFound."""
        past = await self._history.of_message(message_id)
        return explain(await self.rules(past.decision.rule_set_version), past.decision.facts)

    async def what_if(self, message_id: str, changes: Mapping[str, Any], version: int | None = None) -> WhatIf:
        """Decide a message with other facts, by its own version of the rules or another. Raises NotFound, Invalid."""
        decision = (await self._history.of_message(message_id)).decision
        return what_if(await self.rules(version or decision.rule_set_version), decision.facts, changes)

    async def again(self, message_id: str, corrections: Sequence[Correction], interaction: Interaction) -> DecidedAgain:
        """Decide a message with what people corrected, by the rules in force. Nothing is done. Raises NotFound."""
        facts = (await self._history.of_message(message_id)).decision.facts
        priorities = [entry.code for entry in (await self._codes.all())[CodeList.PRIORITY] if entry.active]
        return decide_again(await self._book.current(), facts, corrections, interaction, priorities)

    async def limits(self, corrected: Set[str], last: int = LOOKED_BACK) -> tuple[LimitFigure, ...]:
        """What each limit would have done to the last messages, by the rules in force."""
        return await limit_figures(
            await self._book.current(), self._history.decided(PastDecisionsQuery(last=last)), corrected
        )

    async def _checked(self, draft: NewRuleSet) -> NewRuleSet:
        await self._aside(compile_content, draft.name, 0, draft.content, await self._vocabulary())
        return draft

    async def _aside(self, work: Callable[..., T], *arguments: Any) -> T:
        """In a thread, one at a time: what a large table takes is seconds, which nobody else should wait for."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(work, *arguments)

    async def _vocabulary(self) -> Vocabulary:
        lists = await self._codes.all()
        codes = {which: frozenset(entry.code for entry in entries) for which, entries in lists.items()}
        return Vocabulary(self._routes, self._templates, codes)

    async def _facts(self, number: int, line: Mapping[str, Any]) -> Mapping[str, Any]:
        facts, text = line.get("facts"), line.get("text")
        if isinstance(facts, Mapping):
            return facts
        if not isinstance(text, str):
            raise Invalid(tr("line {number} has neither facts (an object) nor text", number=number), "file")
        message = InboundMessage(str(number), 0, 1, "WEB", text, Sender(), self._clock())
        return facts_of_text(text, await self._analyst.analyse(message), self._desk)


def _findings(content: str, vocabulary: Vocabulary) -> list[Finding]:
    try:
        rules = compile_content("checked", 0, content, vocabulary)
    except TableRefused as error:
        return list(error.findings) or [Finding(Severity.ERROR, "model", error.text)]
    if isinstance(rules, GraphRules):
        found = [*rules.graph.findings(), *check_yields(rules.graph, vocabulary)]
    else:
        found = [*analyse(rules), *check_table(rules.table, vocabulary)]
    return sorted([*found, *check_cases(rules)], key=lambda finding: list(Severity).index(finding.severity))


async def _once(past: Sequence[Past]) -> AsyncIterator[Sequence[Past]]:
    yield past
