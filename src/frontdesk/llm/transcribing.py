"""Writes down what is said in a recording, by the use case for speech."""

import base64

from typing_extensions import override

from frontdesk.interfaces import Failed, ProviderFailed
from frontdesk.interfaces.channel_stores import Transcriber
from frontdesk.llm.running import UseCases
from frontdesk.model.llm import Asker

SPEECH = "speech-transcription"
ON_BEHALF_OF = "channels"


class Transcribing(Transcriber):
    """Asks language models that take speech."""

    def __init__(self, use_cases: UseCases) -> None:
        """Ask these."""
        self._use_cases = use_cases

    @override
    async def words(self, audio: bytes, media_type: str) -> str | None:
        if not any(route.configured for route in await self._use_cases.chain(SPEECH)):
            return None
        inputs = {"audio": base64.b64encode(audio).decode(), "media_type": media_type.partition(";")[0].strip()}
        try:
            outcome = await self._use_cases.run(SPEECH, inputs, Asker(ON_BEHALF_OF))
        except ProviderFailed as error:
            raise Failed(str(error), permanent=error.permanent, after_seconds=error.after_seconds) from None
        return str(outcome.value["text"]).strip() or None
