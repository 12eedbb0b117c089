"""The built-in engine as a provider: no key, no network, on one thread of its own."""

import asyncio
import contextlib
import ctypes
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from typing_extensions import override

from frontdesk.engine import Engine, IntentIndex, IntentSpec, Reading, Vocabulary
from frontdesk.engine import Turn as Said
from frontdesk.interfaces import Catalogue, Provider, ReaderAnswer
from frontdesk.interfaces.knowledge import PassageEncoder, Rows
from frontdesk.model import Tier, Turn
from frontdesk.providers.e5 import hearing

T = TypeVar("T")


class Builtin(Provider):
    """The built-in engine as a provider."""

    name = "builtin"
    tier = Tier.BUILTIN

    def __init__(self, threads: int = 1, cache: Path | None = None) -> None:
        """Load the engine on first use, on `threads` threads; `cache` is a folder for what processes can share."""
        self._cache = cache
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="engine")
        self._engine: Engine | None = None
        self._catalogue: Catalogue | None = None
        self._index: IntentIndex | None = None

    async def warm_up(self, catalogue: Catalogue) -> None:
        """Load all of it now rather than with the first message."""
        await self._run(lambda: self._read("Good morning, when does my order 4711 arrive?", catalogue))
        await self._run(give_back)

    @override
    async def read(self, text: str, catalogue: Catalogue, before: Sequence[Turn] = ()) -> ReaderAnswer:
        return await self._run(lambda: self._read(text, catalogue, before))

    async def read_many(self, texts: Sequence[str], catalogue: Catalogue) -> list[ReaderAnswer]:
        """Read many messages at once, which is quicker; the answers keep the order."""
        return await self._run(lambda: self._read_many(texts, catalogue))

    @override
    async def summarise(self, texts: Sequence[str]) -> tuple[str, str]:
        return await self._run(lambda: self._loaded().summarise(texts))

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of 512 numbers and of length 1 for each text, in order."""
        vectors: list[list[float]] = await self._run(lambda: self._loaded().embed(texts).tolist())
        return vectors

    async def language(self, text: str) -> str:
        """The ISO 639-1 code of a text's language, `und` where it has no words."""
        return await self._run(lambda: self._loaded().language(text))

    def close(self) -> None:
        """Let the thread go."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _read(self, text: str, catalogue: Catalogue, before: Sequence[Turn] = ()) -> ReaderAnswer:
        index, vocabulary = self._ready(catalogue)
        earlier = [Said(turn.role, turn.text) for turn in before]
        return as_answer(self._loaded().read(text, index, vocabulary, earlier, hearing()))

    def _read_many(self, texts: Sequence[str], catalogue: Catalogue) -> list[ReaderAnswer]:
        index, vocabulary = self._ready(catalogue)
        return [as_answer(reading) for reading in self._loaded().read_many(texts, index, vocabulary)]

    def _ready(self, catalogue: Catalogue) -> tuple[IntentIndex, Vocabulary]:
        """The intents as the engine wants them, made anew when they or what was learnt of them have changed."""
        before = self._catalogue
        if self._index is None or before is None or _teaching(before) != _teaching(catalogue):
            specs = [IntentSpec(i.code, i.name, i.description, i.examples) for i in catalogue.intents]
            self._index = self._loaded().intent_index(specs, catalogue.learned)
        self._catalogue = catalogue
        return self._index, Vocabulary(catalogue.products, catalogue.stores, catalogue.customers)

    def _loaded(self) -> Engine:
        if self._engine is None:
            self._engine = Engine.load(self._cache)
        return self._engine


def give_back() -> None:
    """Hand memory that loading needed for a moment back to the system, where its C library can (glibc)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def as_answer(reading: Reading) -> ReaderAnswer:
    """What the engine says, in the words all providers use."""
    return msgspec.convert(reading, ReaderAnswer, from_attributes=True)


def _teaching(catalogue: Catalogue) -> tuple[object, ...]:
    return catalogue.intents, catalogue.learned


class BuiltinEncoder(PassageEncoder):
    """The engine's own encoder: 512 numbers, alike in its 16 languages and for passages and questions."""

    name = "builtin-512"

    def __init__(self, builtin: Builtin) -> None:
        """Use the engine of this provider."""
        self._builtin = builtin

    @override
    async def passages(self, texts: Sequence[str]) -> Rows:
        return np.asarray(await self._builtin.embed(texts), np.float32)

    @override
    async def questions(self, texts: Sequence[str]) -> Rows:
        return await self.passages(texts)
