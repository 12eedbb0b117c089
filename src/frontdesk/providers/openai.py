"""OpenAI and every server that is compatible with it, told apart by their base address.

Tried against llama.cpp's server; vLLM, Ollama, LM Studio, Mistral and Groq follow the same reference.
"""

from frontdesk.interfaces import Http
from frontdesk.providers.chat_completions import ChatCompletions, Models, Operation, RequestTarget
from frontdesk.providers.dialects import Dialect, Structure

OPENAI = "https://api.openai.com/v1"


class OpenAi(ChatCompletions):
    """An account at OpenAI."""

    def __init__(self, name: str, http: Http, models: Models, *, structure: Structure, is_compatible: bool) -> None:
        """`is_compatible`: another's server, which may take the whole of JSON Schema but only old parameters."""
        length = "max_tokens" if is_compatible else "max_completion_tokens"
        super().__init__(name, http, models, Dialect(structure, narrows=not is_compatible, length=length))

    async def _place(self, operation: Operation, model: str) -> RequestTarget:
        return RequestTarget(operation.value, model)
