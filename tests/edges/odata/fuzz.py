"""`bin/fuzz odata`: valid and refused requests of every option, broken at random, on both databases.

No answer may be a 5xx other than 501 (not offered here), each refusal has OData's error body, and after all of it the
service still answers. PostgreSQL is asked where FRONTDESK_FUZZ_POSTGRES names an empty database.
"""

import asyncio
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from httpx import AsyncClient, Response

from frontdesk.model import NewMessage, Role, Sender
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.wiring.container import open_container
from tests.edges.odata.test_abnf import READ, REFUSED, entity_and, lines
from tests.fuzzing import arguments, within
from tests.web_client import key_of, web_client

PIECES = (
    "'", "''", "(", ")", ",", ";", "/", "$it", "$count", "null", "true", "-", "%", "%00", "\x00", "\ud800", "ß", "💥", "@p",
    " eq ", " and ", " in (", "1e999", "9223372036854775808", "-9223372036854775809", "0001-01-01", "9999-12-31",
    "9999-12-31T23:59:59.999999Z", "duration'P99999999D'", "cast(", "any(x:x", "all(", "$expand=", "$levels=max", "NaN",
)  # fmt: skip
WORD = re.compile(r"[\w.]+|'(?:[^']|'')*'|.", re.DOTALL)
AT_ONCE = 8
OFFERED = 501


def mixed(text: str, other: str, dice: random.Random) -> str:
    """The text with one of its words, or all from there on, out of another text: much of that can still be read."""
    words, strange = WORD.findall(text), WORD.findall(other)
    if not words or not strange:
        return text
    at, from_ = dice.randrange(len(words)), dice.randrange(len(strange))
    return "".join(words[:at] + dice.choice(([strange[from_], *words[at + 1 :]], strange[from_:])))


def broken(text: str, dice: random.Random) -> str:
    """The text with up to three mistakes in it."""
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        at = dice.randint(0, len(text))
        to = min(len(text), at + dice.randint(0, 6))
        text = dice.choice(
            (
                text[:at] + text[to:],
                text[:at] + dice.choice(PIECES) + text[at:],
                text[:at] + text[at:to] * dice.randint(2, 40) + text[to:],
                text[:at] + dice.choice(PIECES) + text[to:],
            )
        )
    return text


def requests(count: int, dice: random.Random) -> list[str]:
    """Addresses to be asked."""
    known = [*lines(READ), *((option, line.partition(" ")[2]) for option, line in lines(REFUSED))]
    asked = []
    for _ in range(count):
        option, line = dice.choice(known)
        entity, text = entity_and(line)
        if dice.random() < 0.6:
            text = mixed(text, entity_and(dice.choice([each for name, each in known if name == option]))[1], dice)
        more = dice.choice(
            ("", "", "", "&$top=5", "&$count=true", "&$orderby=" + _escaped(broken("ID desc,title", dice)))
        )
        asked.append(f"/admin/{entity}?${option}={_escaped(broken(text, dice))}{more}")
    return asked


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


async def fuzz(url: str, asked: list[str], builtin: Builtin, seconds: float) -> list[str]:
    """What is wrong, empty where nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load(data=Path(folder), environment={"FRONTDESK_STORAGE_URL": url} if url else {})
        async with open_container(settings, builtin) as container, web_client(container, "192.0.2.7") as client:
            for text in ("The oven (order 4500012345) shows E18.", "Wo bleibt meine Lieferung?"):
                await container.messages.inbox.accept(NewMessage(text, "WEB", Sender(name="Ada")))
            await container.runner.run_until_idle()
            headers = await key_of(container, Role.ADMIN)
            statuses: Counter[int] = Counter()
            wrong: list[str] = []
            for at in within(seconds, range(0, len(asked), AT_ONCE)):
                portion = asked[at : at + AT_ONCE]
                for address, answer in zip(portion, await _answers(client, portion, headers), strict=True):
                    statuses[answer.status_code] += 1
                    if flaw := flaw_of(answer):
                        wrong.append(f"{address}: {flaw}")
            print(
                f"{container.database.dialect}: {statuses.total()} requests: {dict(sorted(statuses.items()))}",
                flush=True,
            )
            last = await client.get("/admin/CustomerInteraction/$count", headers=headers)
            return wrong + ([] if last.text == "2" else [f"afterwards: {last.status_code} {last.text}"])


async def _answers(client: AsyncClient, asked: list[str], headers: dict[str, str]) -> list[Response]:
    return list(await asyncio.gather(*(client.get(address, headers=headers) for address in asked)))


def flaw_of(answer: Response) -> str:
    """What is wrong with an answer, empty where nothing is."""
    if answer.status_code >= 500 and answer.status_code != OFFERED:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code < 400:
        return ""
    error = json.loads(answer.text).get("error", {})
    return "" if error.get("code") and error.get("message") else f"no error of OData: {answer.text[:200]}"


def main() -> None:
    """Read the arguments and ask."""
    given = arguments("odata", __doc__, 10_000).parse_args()
    asked = requests(given.count, random.Random(given.seed))
    builtin, wrong = Builtin(), []
    for url in ("", *filter(None, [os.environ.get("FRONTDESK_FUZZ_POSTGRES")])):
        began = time.monotonic()
        wrong += asyncio.run(fuzz(url, asked, builtin, given.seconds))
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    builtin.close()
    sys.exit("\n".join(wrong[:40]) if wrong else 0)


if __name__ == "__main__":
    main()
