"""`frontdesk say`: handles one message in this process and prints each step."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from frontdesk.cli.framework.opening import Container, with_container
from frontdesk.cli.framework.registry import FAILURE, command
from frontdesk.cli.framework.showing import (
    analysis_lines,
    analysis_object,
    as_json,
    decision_lines,
    effect_line,
    way_object,
)
from frontdesk.cli.root import frontdesk
from frontdesk.model import Accepted, Case, CodeList, EffectState, NewMessage, Role, Sender, Work, WorkState

if TYPE_CHECKING:
    from frontdesk.storage.pipeline.single import SingleWork

LOOK_EVERY = 0.03
REPLY, ANSWER = "reply", "answer"


@command(
    frontdesk,
    "say",
    role=Role.SERVICE,
    example='frontdesk say "My oven XR-200 shows error E18 and stays cold." --name "Kim Doe" --email kim@example.com',
)
@click.argument("text")
@click.option("--channel", default="WEB", show_default=True, help="Code of the channel it came in by.")
@click.option("--name", default="", help="Who wrote.")
@click.option("--email", default="", help="The sender's e-mail address, or name on the channel.")
@click.option("--phone", default="", help="The sender's phone number.")
@click.option("--customer", default="", help="The customer's number.")
@click.option("--id", "provider_id", default="", help="The sender's own id: the same id is stored once per channel.")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON object at the end instead.")
@click.option(
    "--wait", type=click.FloatRange(0, 3600), default=60.0, show_default=True, help="Seconds to wait for the answer."
)
@click.pass_context
def say(
    ctx: click.Context,
    text: str,
    channel: str,
    name: str,
    email: str,
    phone: str,
    customer: str,
    provider_id: str,
    json_wanted: bool,
    wait: float,
) -> None:
    """Hand in one message and watch its whole way.

    TEXT is what the customer said; - reads it from standard input. It is understood, decided on, acted on and
    answered like any other, and each step is printed when it is done. The message is stored before anything else
    happens and is worked off in this process, also while a server runs on the same folder. The exit code is 1
    when the way did not end in time.
    """
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
    if os.environ.get("FRONTDESK_DEBUG") != "1":
        # What fails is told by its last error; without a handler Python would print traces.
        logging.getLogger().addHandler(logging.NullHandler())
    message = NewMessage(words, channel, Sender(name, email, phone, customer), provider_id)
    if not with_container(lambda container: _say(container, message, json_wanted, wait)):
        ctx.exit(FAILURE)


async def _say(container: Container, message: NewMessage, json_wanted: bool, wait: float) -> bool:
    """Hand the message in and follow it; returns whether it was handled to the end."""
    from frontdesk.storage.pipeline.single import SingleWork
    from frontdesk.ticketing.submission import check
    from frontdesk.wiring.container import new_id, now
    from frontdesk.wiring.runner import runner_over

    lists = await container.configuration.codes.all()
    names = {which: {entry.code: entry.name for entry in entries} for which, entries in lists.items()}
    checked = check(message, {code.code: code.active for code in lists[CodeList.CHANNEL]})
    teller = Teller(names[CodeList.MESSAGE_TYPE], names[CodeList.INTENT], silent=json_wanted)
    accepted = await container.messages.inbox.accept(checked, by="cli")
    teller.accepted(accepted)
    # What else is waiting in this folder is left to the server and the workers.
    single = SingleWork(container.database, now, new_id, accepted.message_id)
    runner = runner_over(single, container.settings, container.pipeline)
    running = asyncio.create_task(runner.run())
    case, work = await _follow(single, teller, wait)
    runner.stop()
    await running
    teller.left(case)
    reply = await _reply(container, case)
    if json_wanted:
        click.echo(as_json(way_object(case, reply, names[CodeList.MESSAGE_TYPE])))
    elif reply:
        teller.tell("reply", reply.splitlines())
    if work.state is not WorkState.DONE:
        click.echo(f"frontdesk: {_unfinished(accepted, work)}", err=True)
    return work.state is WorkState.DONE


async def _follow(single: "SingleWork", teller: "Teller", wait: float) -> tuple[Case, Work]:
    """Print what happens until the message is handled or `wait` seconds have passed."""
    until = time.monotonic() + wait
    while True:
        work, case = await single.progress()
        teller.follow(case)
        if work.state is not WorkState.OPEN or time.monotonic() > until:
            return case, work
        await asyncio.sleep(LOOK_EVERY)


async def _reply(container: Container, case: Case) -> str | None:
    """What the customer was answered."""
    for effect in case.effects:
        if (
            effect.action.kind in (REPLY, ANSWER)
            and (sent := await container.messages.outbox.by_effect(effect.key)) is not None
        ):
            return sent.text
    return None


def _unfinished(accepted: Accepted, work: Work) -> str:
    reason = f" ({' '.join(work.last_error.split())})" if work.last_error else ""
    if work.state is WorkState.OPEN:
        return f"{accepted.reference} is stored and not yet done{reason}: a server or a worker goes on with it"
    return f"{accepted.reference} has {work.state.value}{reason}: 'frontdesk work retry {work.id}' tries it again"


class Teller:
    """Prints each result of a message once, as soon as it is there."""

    def __init__(self, types: Mapping[str, str], intents: Mapping[str, str], *, silent: bool) -> None:
        """`types` and `intents` map codes to names."""
        self._types, self._intents, self._silent = types, intents, silent
        self._told: set[str] = set()

    def accepted(self, accepted: Accepted) -> None:
        """Tell the reference."""
        again = " (stored before)" if accepted.duplicate else ""
        self.tell("accepted", [f"{accepted.reference}{again}"])

    def follow(self, case: Case) -> None:
        """Tell what is new in the case."""
        if case.analysis is not None:
            shown = analysis_object(case.analysis, case.analysis.tier, self._types)
            self.tell("analysed", analysis_lines(shown, self._intents))
        if case.decision is not None:
            self.tell("decided", decision_lines(case.decision))
        for effect in case.effects:
            if effect.state is not EffectState.PENDING:
                self.tell("acted", [effect_line(effect)], once=effect.key)

    def left(self, case: Case) -> None:
        """Print the effects that are still open: to be retried, or waiting for others or for a person."""
        for effect in case.effects:
            if effect.state is EffectState.PENDING and effect.apart:
                self.tell("later", [effect_line(effect)], once=effect.key)

    def tell(self, label: str, lines: list[str], once: str = "") -> None:
        """Print lines behind a label, if they were not printed before."""
        key = once or label
        if self._silent or key in self._told:
            return
        self._told.add(key)
        for number, line in enumerate(lines):
            click.echo(f"{'' if number else label:<10}{line}".rstrip())
