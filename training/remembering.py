"""Encoders that remember between runs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from frontdesk.engine.encoder import SIZE, Encoder, Vectors
from frontdesk.providers.e5 import heard


class Remembering(Encoder):
    """An encoder that keeps its vectors in a file, so that measuring again takes seconds."""

    def __init__(self, folder: Path) -> None:
        """Load what was kept; the model itself only when a new sentence comes."""
        self._file = folder / "vectors.npz"
        self._known: dict[str, Vectors] = {}
        self._loaded = False
        if self._file.exists():
            with np.load(self._file, allow_pickle=False) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["rows"].astype(np.float32), strict=True))

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """See Encoder."""
        fresh = [s for s in dict.fromkeys(sentences) if s not in self._known]
        if fresh:
            if not self._loaded:
                super().__init__()
                self._loaded = True
            self._known.update(zip(fresh, super().encode(fresh), strict=True))
        return np.stack([self._known[s] for s in sentences]) if sentences else np.zeros((0, SIZE), np.float32)

    def recall(self, sentences: Sequence[str]) -> Vectors:
        """See Encoder."""
        return self.encode(sentences)

    recall_spoken = recall

    def recall_messages(self, texts: Sequence[str]) -> Vectors:
        """See Encoder."""
        return self._whole(texts).astype(np.float16).astype(np.float32)

    def keep(self) -> None:
        """Write what is known."""
        if self._loaded:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, texts=np.array(list(self._known)), rows=np.stack(list(self._known.values())))


class Hearing:
    """The second encoder's vectors of whole messages, kept in a file likewise."""

    def __init__(self, folder: Path) -> None:
        """Load what was kept."""
        self._file = folder / "heard.npz"
        self._known: dict[str, Vectors] = {}
        if self._file.exists():
            with np.load(self._file, allow_pickle=False) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["rows"], strict=True))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, in order."""
        self._known |= {text: heard(text) for text in dict.fromkeys(texts) if text not in self._known}
        return np.stack([self._known[text] for text in texts])

    def keep(self) -> None:
        """Write what is known."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(self._file, texts=np.array(list(self._known)), rows=np.stack(list(self._known.values())))
