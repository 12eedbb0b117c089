"""Encoders of passages and questions: the built-in engine's."""

from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from frontdesk.interfaces.knowledge import PassageEncoder, Rows
from frontdesk.providers.builtin import Builtin


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
