"""Analyses many records in batches, in this process or in several, in the order of the input."""

import asyncio
import itertools
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from frontdesk.cli.files.finished import kept
from frontdesk.cli.files.records import Record
from frontdesk.cli.framework.showing import analysis_object

if TYPE_CHECKING:
    from frontdesk.interfaces import Catalogue, ReaderAnswer

BATCH = 64
# Enough that no process waits for the one that writes.
BATCHES_AHEAD = 3

Line = dict[str, Any]


def analyse_all(records: Iterator[Record], catalogue: "Catalogue", jobs: int) -> Iterator[list[tuple[Record, Line]]]:
    """Each record with its output line, a batch at a time; `error` in it in place of `analysis` says why not."""
    batches = iter(lambda: list(itertools.islice(records, BATCH)), [])
    if jobs == 1:
        reader = BatchReader(catalogue)
        for batch in batches:
            yield list(zip(batch, reader.lines(batch), strict=True))
        return
    context = multiprocessing.get_context("spawn")
    ahead: deque[tuple[list[Record], Future[list[Line]]]] = deque()
    with ProcessPoolExecutor(jobs, context, _begin, (catalogue,)) as pool:
        try:
            for batch in batches:
                ahead.append((batch, pool.submit(_lines, batch)))
                if len(ahead) >= jobs * BATCHES_AHEAD:
                    yield _paired(*ahead.popleft())
            while ahead:
                yield _paired(*ahead.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


def _paired(batch: list[Record], lines: Future[list[Line]]) -> list[tuple[Record, Line]]:
    return list(zip(batch, lines.result(), strict=True))


class BatchReader:
    """The built-in engine with one catalogue."""

    def __init__(self, catalogue: "Catalogue") -> None:
        """Load the engine with the first batch."""
        from frontdesk.providers.builtin import Builtin

        self._catalogue, self._builtin = catalogue, Builtin()
        self._types = type_names()

    def lines(self, batch: Sequence[Record]) -> list[Line]:
        """One output line for each record."""
        problems = [record.problem or _problem(record.fields.get("text")) for record in batch]
        texts = [record.fields["text"] for record, problem in zip(batch, problems, strict=True) if not problem]
        answers = iter(asyncio.run(self._builtin.read_many(texts, self._catalogue)) if texts else ())
        return [
            {**kept(record), "error": problem} if problem else self._line(record, next(answers))
            for record, problem in zip(batch, problems, strict=True)
        ]

    def _line(self, record: Record, answer: "ReaderAnswer") -> Line:
        from frontdesk.interfaces import ProviderFailed
        from frontdesk.llm.checking import check

        try:
            checked = check(answer, record.fields["text"], self._catalogue)
        except ProviderFailed as error:
            return {**kept(record), "error": str(error)}
        fields = {name: value for name, value in record.fields.items() if name != "analysis"}
        return fields | {"analysis": analysis_object(checked, self._builtin.tier, self._types)}


def type_names() -> Mapping[str, str]:
    """Code to name of the message types that ship."""
    from frontdesk.llm.checking import MESSAGE_TYPES

    return {code: name for name, code in MESSAGE_TYPES.items()}


def _problem(text: object) -> str:
    if text is None:
        return "has no text"
    if not isinstance(text, str):
        return "text is not a string"
    return "" if text.strip() else "text is empty"


_reader: BatchReader | None = None


def _begin(catalogue: "Catalogue") -> None:
    """Start in a process of the pool: end when the process that wanted the answers has died, however it died."""
    global _reader
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _reader = BatchReader(catalogue)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _lines(batch: Sequence[Record]) -> list[Line]:
    assert _reader is not None
    return _reader.lines(batch)
