"""Log lines on stderr without what they should not hold: addresses, numbers and words of customers, keys, passwords.

What repeats itself is folded: a database that is away for an hour is told a few times a minute, not a thousand times.
"""

import io
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
OURS = ("frontdesk", "uvicorn.access")  # what they say is in our hands
# Of one kind of warning or error so many are shown in a minute; the others are counted.
SHOWN, WINDOW, MOST_KINDS = 5, 60.0, 1000
LONGEST = 4000  # characters of a message
_REDACTED = (
    # Values that PostgreSQL quotes: "DETAIL:  Failing row contains (…)".
    (re.compile(r"(?m)(DETAIL|HINT|CONTEXT):.*$"), r"\1: …"),
    (re.compile(r"(?i)\b(bearer|basic|digest|negotiate)\s+[\w.~+/=-]{6,}"), r"\1 [secret]"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w.-]+"), "[token]"),
    (re.compile(r"\b(?:fd_|sk-|xox[a-z]-|ghp_|EAA)[\w-]{6,}"), "[key]"),
    (re.compile(r"(?<=://)[^/?#\s@]+@"), "[secret]@"),
    (
        re.compile(
            r"(?i)((?:password|passwd|pwd|secret|token|api[_-]?key|apikey|signature|authorization|cookie|sig)"
            r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&;,)}]+"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"(?<![\w.:/-])(?:\+|00?)[1-9][\d ()/-]{5,18}\d(?![\w.])"), "[phone]"),
    (re.compile(r"(?<![\w.:/-])\(?\d{3}\)?[ -]\d{3}[ -]\d{4}(?![\w.])"), "[phone]"),
)
_QUOTED = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")


def log_to_stderr(level: str) -> None:
    """Log there, so that stdout stays for answers."""
    handler = FoldingHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(FORM))
    logging.basicConfig(handlers=[handler], level=level)


def redacted(text: str) -> str:
    """A text without mail addresses, phone numbers, keys, tokens and passwords, cut where it is very long."""
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    for pattern, instead in _REDACTED:
        text = pattern.sub(instead, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Takes personal data and secrets out of each line.

    What an exception or another's library quotes may be a customer's words, so that is left out too. A message is one
    line: what a stranger sends begins none of its own. Times are in UTC.
    """

    converter = staticmethod(time.gmtime)
    default_time_format, default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback below it."""
        shown = logging.makeLogRecord(record.__dict__)
        if isinstance(shown.args, tuple):
            shown.args = tuple(_unquoted(str(each)) if isinstance(each, BaseException) else each for each in shown.args)
        told = shown.getMessage()
        shown.msg = _escaped(redacted(told if record.name.startswith(OURS) else _unquoted(told)))
        shown.args = ()
        shown.exc_text = None
        return super().format(shown)

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """Where it happened, and what kind it was."""
        assert isinstance(ei, tuple)
        return _traceback(*ei)


def _traceback(kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> str:
    if error is None:
        return ""
    written = io.StringIO()
    for line in traceback.TracebackException(kind or type(error), error, at).format():
        # Places and their code begin with two spaces; all else may quote what was worked on.
        written.write(line if line.startswith("  File ") else _set_in(redacted(_unquoted(line))))
    return written.getvalue().rstrip("\n")


def _escaped(text: str) -> str:
    """Without characters that end a line, move the cursor or turn the direction of writing."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _set_in(text: str) -> str:
    """Further lines are set in, so that none can be taken for the beginning of an entry."""
    first, *more = text.removesuffix("\n").split("\n")
    return "\n  ".join([_escaped(first), *map(_escaped, more)]) + "\n"


def _unquoted(text: str) -> str:
    return _QUOTED.sub("'…'", text)


class FoldingHandler(logging.StreamHandler[TextIO]):
    """Shows a few warnings and errors of one kind in a minute, and how many more there were."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` tells seconds."""
        super().__init__(stream)
        self._clock = clock
        self._kinds: dict[object, tuple[float, int, logging.LogRecord]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write it, or count it."""
        now = self._clock()
        self._tell_folded(now - WINDOW)
        if record.levelno >= logging.WARNING:
            kind = _kind(record)
            since, count, _ = self._kinds.get(kind, (now, 0, record))
            if len(self._kinds) < MOST_KINDS or kind in self._kinds:
                self._kinds[kind] = (since, count + 1, record)
            if count >= SHOWN:
                return
        super().emit(record)

    def close(self) -> None:
        """Tell what was folded and not told yet."""
        self._tell_folded(float("inf"))
        super().close()

    def _tell_folded(self, until: float) -> None:
        for kind, (since, count, last) in list(self._kinds.items()):
            if since > until:
                break  # they are in the order of their first time
            del self._kinds[kind]
            if count > SHOWN:
                told = logging.makeLogRecord({**last.__dict__, "exc_info": None, "exc_text": None, "args": ()})
                told.msg = f"{count - SHOWN:,} more like this: {last.getMessage()}"
                super().emit(told)


def _kind(record: logging.LogRecord) -> object:
    """Records of one kind come from one place, with one kind of exception."""
    error = record.exc_info[0] if record.exc_info else None
    return record.name, record.lineno, record.levelno, error
