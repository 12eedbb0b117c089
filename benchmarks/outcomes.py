"""Outcomes: what the shipped rules do, without a person, to messages that say what would harm and what is right."""

import json
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure
from frontdesk.model import CUSTOMER, EffectState, NewMessage, Sender
from frontdesk.model.reading import Reading
from frontdesk.orchestrator.actions import CREATE_SERVICE_CALL, REPLY, SET_ASIDE
from frontdesk.orchestrator.planning import is_proposal
from frontdesk.orchestrator.risks import ENDING
from frontdesk.settings.loading import load
from frontdesk.wiring.container import Container, open_container

PERSON = "Person"
PRAISE = ("compliment", "thanks")


class Talk:
    """A labelled message and what came before it, handed in turn by turn."""

    def __init__(self, number: int, said: Mapping[str, Any]) -> None:
        """Take a line of the file."""
        self.said = said
        text = f"{said['subject']}\n\n{said['text']}" if said.get("subject") else said["text"]
        turns = [*(said.get("before") or []), {"role": CUSTOMER, "text": text}]
        # An answer that nobody had asked for cannot be stored.
        first = next(i for i, turn in enumerate(turns) if turn["role"] == CUSTOMER)
        self.turns = turns[first:]
        self._sender = Sender(f"Sam {number}", f"sam{number}@example.org")
        self._interaction: int | None = None
        self._message, self._reference = "", ""
        self._calls = 0

    async def turn(self, container: Container, place: int) -> None:
        """Hand in one of the turns."""
        if place >= len(self.turns):
            return
        turn = self.turns[place]
        if turn["role"] == CUSTOMER:
            if place and place == len(self.turns) - 1 and self._interaction is not None:
                self._calls = len(await container.work.calls.calls_of(self._interaction))
            new = NewMessage(turn["text"], "WEB", self._sender, joins=self._interaction)
            accepted = await container.messages.inbox.accept(new)
            self._interaction, self._message = accepted.interaction_id, accepted.message_id
            self._reference = accepted.reference
        else:
            matter = await container.interactions.records.get(self._reference)
            await container.messages.replies.add(matter, turn["text"], "HA", "Kim", None)

    async def outcome(self, container: Container) -> tuple[set[str], Reading, bool]:
        """What was done to the last message, how it was read, and whether no person had to act."""
        reading = await container.messages.readings.message(self._message)
        matter = await container.interactions.records.get(self._reference)
        done = [each for each in reading.effects if each.state is EffectState.DONE]
        kinds = {each.action.kind for each in done}
        replies = [each for each in done if each.action.kind == REPLY or each.detail.get("sent")]
        decision = reading.decision
        route, actions = (decision.route, decision.actions) if decision else (PERSON, ())
        wanted = {each.kind for each in actions}
        waits = route == PERSON or any(map(is_proposal, reading.effects))
        called = CREATE_SERVICE_CALL in kinds
        ended = matter.status in ENDING and "set_status" in wanted
        found = {
            "service_call": called,
            "second_service_call": called and self._calls > 0,
            "praise_reply": any(each.action.parameters.get("template") in PRAISE for each in replies),
            "closed": ended,
            "any_reply": bool(replies),
            "no_person": not waits and (ended or route == SET_ASIDE or matter.waiting_since is None),
        }
        return {name for name, is_so in found.items() if is_so}, reading, not waits and route != SET_ASIDE


async def outcomes(file: Path) -> AsyncIterator[Figure]:
    """Each line of the file takes the whole way through the pipeline, with SQLite and nothing outside of it."""
    lines = file.read_text("utf-8").splitlines()
    talks = [Talk(number, json.loads(line)) for number, line in enumerate(lines) if line.strip()]
    harm, wrong, acted, right = Counter[str](), 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        async with open_container(load(data=Path(folder), environment={})) as container:
            for place in range(max(len(talk.turns) for talk in talks)):
                for talk in talks:
                    await talk.turn(container, place)
                await container.runner.run_until_idle()
            for talk in talks:
                happened, reading, alone = await talk.outcome(container)
                if harmed := happened & set(talk.said.get("harmful") or ()):
                    wrong += 1
                    harm.update(harmed)
                    print(json.dumps(_told(talk.said, harmed, reading), ensure_ascii=False))
                if talk.said.get("ordinary") and alone:
                    acted += 1
                    read = reading.analysis.intent if reading.analysis else None
                    right += (read or "none") in (talk.said.get("intent"), *(talk.said.get("also") or ()))
    ordinary = sum(bool(talk.said.get("ordinary")) for talk in talks)
    yield Figure("messages", len(talks), "")
    yield Figure("harmful", wrong / len(talks), f"of all ({wrong})", "≤ 0.01")
    for name, count in sorted(harm.items()):
        yield Figure(f"harmful_{name}", count, "messages")
    yield Figure("ordinary_acted_on", acted / max(1, ordinary), f"of {ordinary} ordinary ones", "≥ 0.83")
    yield Figure("ordinary_right", right / max(1, acted), f"of {acted} acted on", "≥ 0.92")


def _told(said: Mapping[str, Any], harmed: set[str], reading: Reading) -> dict[str, Any]:
    rule = reading.decision.rule if reading.decision else ""
    return {"id": said.get("id"), "kind": said.get("kind"), "harmed": sorted(harmed), "rule": rule}
