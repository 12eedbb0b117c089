"""Azure OpenAI: models are deployments, by the path of version 1 or by the older one that names the deployment.

The newest api-version of the older path is not known to us: it is a setting.
"""

from frontdesk.interfaces import Http, HttpAnswer
from frontdesk.providers.chat_completions import ChatCompletions, Models, Operation, RequestTarget
from frontdesk.providers.dialects import Dialect, Structure
from frontdesk.providers.signing_in import ClientCredentials

SCOPE = "https://cognitiveservices.azure.com/.default"
SIGN_IN = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
API_VERSION = "2024-10-21"


class AzureOpenAi(ChatCompletions):
    """A request's model is the name of a deployment."""

    def __init__(
        self,
        name: str,
        http: Http,
        models: Models,
        *,
        structure: Structure,
        api_version: str = "",
        signing_in: ClientCredentials | None = None,
    ) -> None:
        """An `api_version` chooses the older path; `signing_in` is Entra's, where no key is used."""
        super().__init__(name, http, models, Dialect(structure, narrows=True, length="max_completion_tokens"))
        self._api_version, self._signing_in = api_version, signing_in

    async def _place(self, operation: Operation, model: str) -> RequestTarget:
        headers = {"Authorization": await self._signing_in.header()} if self._signing_in else {}
        if not self._api_version:
            return RequestTarget(f"openai/v1/{operation.value}", model, None, headers)
        path = f"openai/deployments/{model}/{operation.value}"
        return RequestTarget(path, "", {"api-version": self._api_version}, headers)

    async def _renewed(self, answer: HttpAnswer, place: RequestTarget) -> bool:
        if self._signing_in is None or answer.status != 401:
            return False
        self._signing_in.forget(place.headers["Authorization"])
        return True
