"""What stands in log lines: no customer's address, number or words, no key, no password; repetitions are folded."""

import io
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from frontdesk.cli.framework.logs import FORM, SHOWN, WINDOW, FoldingHandler, RedactingFormatter, redacted
from frontdesk.model import NewMessage, Sender
from frontdesk.storage.schema.configuration import meta
from frontdesk.wiring.container import Container
from frontdesk.wiring.runner import runner_over

MAIL, PHONE, WORDS = "canary.bird@mine.example", "+49 171 5550123", "the canary sings in my kitchen"
TEXT = f"{WORDS}, write to {MAIL} or call {PHONE}"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the product would have written on stderr, also of the finest lines."""
    stream = io.StringIO()
    handler = FoldingHandler(stream)
    handler.setFormatter(RedactingFormatter(FORM))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2K", "\x00", "\x85", "\u2028", "\u202e"])
def test_what_a_stranger_sends_makes_no_line_of_its_own(written: io.StringIO, sign: str) -> None:
    logging.getLogger("frontdesk").warning("nothing at %s", f"/x{sign}2026-11-29 ERROR frontdesk: forged")
    shown = written.getvalue()
    assert "forged" in shown
    assert shown.splitlines() == [shown.removesuffix("\n")]
    assert shown.removesuffix("\n").isprintable()


def test_what_an_exception_says_makes_no_line_of_its_own(written: io.StringIO) -> None:
    try:
        raise ValueError("odd\n2026-11-29 ERROR frontdesk: forged\x1b[2K")
    except ValueError:
        logging.getLogger("frontdesk").exception("it failed")
    shown = written.getvalue()
    assert "ValueError: odd\n  2026-11-29 ERROR frontdesk: forged\\x1b[2K\n" in shown


def test_a_line_says_its_time_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    record = logging.makeLogRecord({"msg": "hello", "created": 1_000_000_000.25, "msecs": 250, "name": "frontdesk"})
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert RedactingFormatter(FORM).format(record).startswith("2001-09-09T01:46:40.250Z ")
    finally:
        monkeypatch.undo()
        time.tzset()


def is_clean(text: str) -> bool:
    return not any(each in text for each in (MAIL, PHONE, WORDS, "canary"))


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("mail from kim.doe+shop@mail.example.com came", "mail from [e-mail] came"),
        ("call +49 171 1234567 or 0171/1234567 or (555) 123-4567", "call [phone] or [phone] or [phone]"),
        ("a call with fd_3pXk7a2Qx9 failed", "a call with [key] failed"),
        ("Authorization: Bearer abc.def-123", "Authorization: [secret] [secret]"),
        ("token eyJhbGciOiJI.eyJzdWIi.sig", "token [token]"),
        ("postgresql://kim:s3cret@host/db?password=s3cret", "postgresql://[secret]@host/db?password=[secret]"),
        ("{'client_secret': 's3cret'}", "{'client_secret': '[secret]'}"),
        ("duplicate\nDETAIL:  Key (email)=(Kim) exists.", "duplicate\nDETAIL: …"),
        ("work 01JQ8M3T5W7X9Z2B4D6F8H0K1N at 2026-11-29 20:10", "work 01JQ8M3T5W7X9Z2B4D6F8H0K1N at 2026-11-29 20:10"),
        ("took 0.123456789 s at 127.0.0.1:8000", "took 0.123456789 s at 127.0.0.1:8000"),
    ],
)
def test_a_line_shows_no_addresses_and_no_secrets(told: str, shown: str) -> None:
    assert redacted(told) == shown


@pytest.mark.both_databases
async def test_an_insert_that_fails_says_nothing_of_its_values(container: Container, written: io.StringIO) -> None:
    def twice(connection: Any) -> None:
        for _ in range(2):
            connection.execute(insert(meta).values(key=TEXT, value=TEXT))

    try:
        await container.database.write(twice)
    except Exception:  # the product logs what nobody expected like this
        logging.getLogger("frontdesk.test").exception("a chore failed")
    assert "a chore failed" in written.getvalue()
    assert is_clean(written.getvalue())


async def test_handling_that_fails_says_nothing_of_the_message(container: Container, written: io.StringIO) -> None:
    class Failing:
        async def analyse(self, message: Any, **_: Any) -> Any:
            raise ValueError(f"cannot read {message.text!r} of {message.sender.address}")

    settings = container.settings
    pipeline = replace(container.pipeline, analyst=Failing())  # type: ignore[arg-type]  # it is asked for one thing
    runner = runner_over(container.work.queue, settings, pipeline)
    await container.messages.inbox.accept(NewMessage(TEXT, "WEB", Sender(name=WORDS, address=MAIL, phone=PHONE)))
    await container.messages.inbox.accept(NewMessage(TEXT, "EMAIL", Sender(name=WORDS, address=MAIL, phone=PHONE)))
    await runner.run_until_idle()
    assert "ValueError" in written.getvalue()
    assert is_clean(written.getvalue())


async def test_handling_that_works_says_nothing_of_the_message(container: Container, written: io.StringIO) -> None:
    await container.messages.inbox.accept(NewMessage(TEXT, "WEB", Sender(name=WORDS, address=MAIL, phone=PHONE)))
    await container.runner.run_until_idle()
    assert is_clean(written.getvalue())


def test_what_another_library_quotes_is_left_out(written: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved: exception=ValueError('%s')", WORDS)
    assert "never retrieved" in written.getvalue()
    assert is_clean(written.getvalue())


def test_what_repeats_itself_is_folded_and_counted() -> None:
    seconds = [0.0]
    stream = io.StringIO()
    handler = FoldingHandler(stream, lambda: seconds[0])
    log = logging.Logger("frontdesk.test")
    log.addHandler(handler)
    for number in range(1000):
        log.error("claiming %d failed", number)
    assert stream.getvalue().count("failed") == SHOWN
    seconds[0] = WINDOW + 1
    log.info("something else")
    assert stream.getvalue().splitlines()[-2] == f"{1000 - SHOWN} more like this: claiming 999 failed"
    log.error("claiming %d failed", 1)
    assert stream.getvalue().endswith("claiming 1 failed\n")


def test_a_long_line_is_cut_and_takes_no_time() -> None:
    assert len(redacted("a" * 1_000_000 + "@")) < 5000
