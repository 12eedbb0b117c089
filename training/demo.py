"""Writes the vectors of the demo's passages, a file for each encoder: training/demo.py"""

import asyncio
from pathlib import Path

import numpy as np

from frontdesk.answers.passages import passages_of, text_of
from frontdesk.demo.known import demo_articles
from frontdesk.demo.vectors import digest
from frontdesk.providers.builtin import Builtin
from frontdesk.providers.e5 import e5_encoder
from frontdesk.wiring.knowledge import encoders_of

FOLDER = Path(__file__).parents[1] / "src" / "frontdesk" / "demo" / "knowledge"


async def main() -> None:
    """Each row is kept in whole numbers from -127 to 127, which changes its cosines by less than 0.001."""
    texts = sorted({text_of(article, each) for article in demo_articles() for each in passages_of(article)})
    for encoder in encoders_of(Builtin(), e5_encoder()):
        rows = await encoder.passages(texts)
        whole = np.round(127 * rows / np.abs(rows).max(axis=1, keepdims=True)).astype(np.int8)
        digests = np.array([digest(text) for text in texts], np.uint64)
        np.savez_compressed(FOLDER / f"{encoder.name}.npz", digests=digests, rows=whole)


if __name__ == "__main__":
    asyncio.run(main())
