"""The settings of a model service, `[llm.services.NAME]`."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontdesk.interfaces import Invalid

Kind = Literal["openai", "azure_openai", "anthropic", "sap_ai_core"]
Seconds = Annotated[float, Meta(gt=0, le=3600)]


class ServiceOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account at a provider, or one compatible server. Every kind has a page in docs/reference/providers."""

    kind: Kind
    base_url: str = ""
    key: str = ""
    key_env: str = ""
    client_id: str = ""
    client_secret: str = ""
    client_secret_env: str = ""
    tenant: str = ""
    sign_in_url: str = ""
    model: str = ""
    embedding_model: str = ""
    speech_model: str = ""
    structure: Literal["json_schema", "json_object", "text"] = "json_schema"
    api_version: str = ""
    deployment: str = ""
    orchestration: bool = False
    resource_group: str = "default"
    headers: dict[str, str] = {}
    connections: Annotated[int, Meta(ge=1, le=10_000)] = 64
    connect_seconds: Seconds = 5.0
    first_byte_seconds: Seconds = 30.0
    idle_seconds: Seconds = 30.0
    total_seconds: Seconds = 60.0
    most_megabytes: Annotated[int, Meta(ge=1, le=1000)] = 10

    def the_key(self, environment: Mapping[str, str]) -> str:
        """The key, from the environment where `key_env` names a variable. Raises Invalid."""
        return _secret(self.key, self.key_env, environment)

    def the_client_secret(self, environment: Mapping[str, str]) -> str:
        """The secret of the client, likewise. Raises Invalid."""
        return _secret(self.client_secret, self.client_secret_env, environment)


def _secret(value: str, variable: str, environment: Mapping[str, str]) -> str:
    if not variable:
        return value
    if not environment.get(variable):
        raise Invalid(f"the environment variable {variable} is not set")
    return environment[variable]
