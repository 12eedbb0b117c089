"""All kinds of model services, one line each, and their creation from the settings."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from frontdesk.interfaces import Http, Invalid, ModelService
from frontdesk.providers.anthropic import ANTHROPIC, Anthropic
from frontdesk.providers.anthropic import API_VERSION as ANTHROPIC_VERSION
from frontdesk.providers.azure_openai import SCOPE, SIGN_IN, AzureOpenAi
from frontdesk.providers.chat_completions import Models
from frontdesk.providers.dialects import Structure
from frontdesk.providers.openai import OPENAI, OpenAi
from frontdesk.providers.options import ServiceOptions
from frontdesk.providers.sap_ai_core import API_VERSION as SAP_VERSION
from frontdesk.providers.sap_ai_core import Choosing, SapAiCore
from frontdesk.providers.signing_in import ClientCredentials

# Makes the client of an address, with headers for all requests and the limits of the options.
Connect = Callable[[ServiceOptions, str, Mapping[str, str]], Http]
Environment = Mapping[str, str]


def open_services(
    options: Mapping[str, ServiceOptions], connect: Connect, environment: Environment
) -> dict[str, ModelService]:
    """The services that are set, by name. Raises Invalid that names the setting."""
    return {name: open_service(name, each, connect, environment) for name, each in options.items()}


def open_service(name: str, options: ServiceOptions, connect: Connect, environment: Environment) -> ModelService:
    """One service. Raises Invalid that names the setting."""
    try:
        return KINDS[options.kind](name, options, connect, environment)
    except Invalid as error:
        raise Invalid(f"settings: llm.services.{name}: {error}", f"llm.services.{name}") from None


def _openai(name: str, options: ServiceOptions, connect: Connect, environment: Environment) -> ModelService:
    base, key = options.base_url or OPENAI, options.the_key(environment)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    http = connect(options, base, headers | options.headers)
    host = urlsplit(base).hostname or ""
    is_compatible = host != "openai.com" and not host.endswith(".openai.com")
    structure = Structure(options.structure)
    return OpenAi(name, http, _models(options), structure=structure, is_compatible=is_compatible)


def _azure_openai(name: str, options: ServiceOptions, connect: Connect, environment: Environment) -> ModelService:
    base, key = _required(options, "base_url"), options.the_key(environment)
    signing_in = None if key else _entra(name, options, connect, environment)
    headers = {"api-key": key} if key else {}
    return AzureOpenAi(
        name,
        connect(options, base.rstrip("/").removesuffix("/openai/v1"), headers | options.headers),
        _models(options),
        structure=Structure(options.structure),
        api_version=options.api_version,
        signing_in=signing_in,
    )


def _anthropic(name: str, options: ServiceOptions, connect: Connect, environment: Environment) -> ModelService:
    version = options.api_version or ANTHROPIC_VERSION
    headers = {"x-api-key": options.the_key(environment), "anthropic-version": version}
    http = connect(options, (options.base_url or ANTHROPIC).rstrip("/").removesuffix("/v1"), headers | options.headers)
    return Anthropic(name, http, _models(options), knows_schema=options.structure == "json_schema")


def _sap_ai_core(name: str, options: ServiceOptions, connect: Connect, environment: Environment) -> ModelService:
    sign_in = connect(options, _required(options, "sign_in_url"), {})
    client, secret = _required(options, "client_id"), options.the_client_secret(environment)
    return SapAiCore(
        name,
        connect(options, _required(options, "base_url"), options.headers),
        _models(options),
        structure=Structure(options.structure),
        signing_in=ClientCredentials(name, sign_in, client, secret, basic=True),
        choosing=Choosing(
            deployment=options.deployment,
            by_orchestration=options.orchestration,
            api_version=options.api_version or SAP_VERSION,
            resource_group=options.resource_group,
        ),
    )


KINDS: Mapping[str, Callable[[str, ServiceOptions, Connect, Environment], ModelService]] = {
    "openai": _openai,
    "azure_openai": _azure_openai,
    "anthropic": _anthropic,
    "sap_ai_core": _sap_ai_core,
}


def _entra(name: str, options: ServiceOptions, connect: Connect, environment: Environment) -> ClientCredentials:
    """Sign-in with Entra, for services without a key."""
    url = options.sign_in_url or SIGN_IN.format(tenant=_required(options, "tenant"))
    client, secret = _required(options, "client_id"), options.the_client_secret(environment)
    return ClientCredentials(name, connect(options, url, {}), client, secret, SCOPE, basic=False)


def _models(options: ServiceOptions) -> Models:
    return Models(options.model, options.embedding_model, options.speech_model)


def _required(options: ServiceOptions, field: str) -> str:
    value: str = getattr(options, field)
    if not value:
        raise Invalid(f"{field} is needed for {options.kind}")
    return value
