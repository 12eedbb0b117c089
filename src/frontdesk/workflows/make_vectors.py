"""Makes the vectors of passages that have none, a few articles at a time; what is stored stays after a crash."""

import asyncio
import time
from collections.abc import Callable, Sequence

import numpy as np

from frontdesk.interfaces.knowledge import PassageEncoder, SearchedText, VectorStore
from frontdesk.model import Lease
from frontdesk.model.knowledge import Article, Passage, PassageVectors

# So many articles are read, and so many passages handed to an encoder, at once: messages are read in between.
ARTICLES, PASSAGES = 8, 16
# In the background so many seconds of rest follow each second of work: messages go first.
REST = 1.0


async def make_vectors_in_background(
    lease: Lease, store: VectorStore, encoders: Sequence[PassageEncoder], text_of: SearchedText
) -> None:
    """Make all that are missing at half speed, then end the work."""
    while True:
        await make_vectors(store, encoders, text_of, rest=REST)
        if await store.end(lease, [each.name for each in encoders]):
            return


async def make_vectors(
    store: VectorStore,
    encoders: Sequence[PassageEncoder],
    text_of: SearchedText,
    made: Callable[[int], object] = lambda _articles: None,
    rest: float = 0.0,
) -> int:
    """Make all that are missing; how many articles that were. `made` is told after each few.

    After each few passages it rests for `rest` times what they took.
    """
    count = 0
    for encoder in encoders:
        while found := await store.missing(encoder.name, ARTICLES):
            await store.keep([await _vectors(encoder, text_of, *each, rest) for each in found])
            count += len(found)
            made(len(found))
    return count


async def _vectors(
    encoder: PassageEncoder, text_of: SearchedText, article: Article, passages: Sequence[Passage], rest: float
) -> PassageVectors:
    texts = [text_of(article, passage) for passage in passages]
    parts = []
    for at in range(0, len(texts), PASSAGES):
        began = time.monotonic()
        parts.append(await encoder.passages(texts[at : at + PASSAGES]))
        await asyncio.sleep(rest * (time.monotonic() - began))
    rows = np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, 0), np.float32)
    return PassageVectors(article.id, article.version, encoder.name, rows.shape[1], rows.tobytes())
