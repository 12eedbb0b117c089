"""Settings out of what Cloud Foundry binds to an application: `VCAP_SERVICES` and `VCAP_APPLICATION`.

They are defaults: the settings file and `FRONTDESK_…` variables win. Credentials as SAP BTP's services write them;
see docs/how-to/deploy-to-cloud-foundry.md.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from frontdesk.interfaces import Invalid

SERVICES, SERVICES_FILE, APPLICATION = "VCAP_SERVICES", "VCAP_SERVICES_FILE_PATH", "VCAP_APPLICATION"
POSTGRESQL = ("postgresql-db", "postgresql")
HANA = ("hana", "hana-cloud", "hanatrial")
TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
Credentials = Mapping[str, Any]
Raw = dict[str, Any]


def bound_settings(environment: Mapping[str, str]) -> Raw:
    """Settings that the bound services give, in the shape of frontdesk.toml; empty elsewhere. Raises Invalid."""
    raw: Raw = {}
    if application := _parsed(environment.get(APPLICATION, ""), APPLICATION):
        raw["server"] = _server(application)
        raw["security"] = {"trusted_proxies": 1}
    services = _services(environment)
    for labels, settings_of in READERS:
        if found := _credentials(services, labels):
            merge(raw, settings_of(found))
    return raw


def _services(environment: Mapping[str, str]) -> Mapping[str, Any]:
    path = environment.get(SERVICES_FILE, "")
    if not path:
        return _parsed(environment.get(SERVICES, ""), SERVICES)
    try:
        return _parsed(Path(path).read_text("utf-8"), SERVICES_FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"the file that {SERVICES_FILE} names cannot be read: {error}", SERVICES_FILE) from None


def _parsed(text: str, name: str) -> Mapping[str, Any]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid(f"{name} is not a JSON object: it is set by the platform, so look at the bindings", name)
    return found


def _credentials(services: Mapping[str, Any], labels: tuple[str, ...]) -> Credentials:
    """Those of the first service whose label or tags name one of `labels`; some brokers nest them once more."""
    for service in _each(services):
        tags = service.get("tags")
        names = {service.get("label"), *(tags if isinstance(tags, list) else [])}
        given = service.get("credentials")
        if names & set(labels) and isinstance(given, dict):
            inner = given.get("credentials")
            return inner if isinstance(inner, dict) else given
    return {}


def _each(services: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for label, instances in services.items():
        for instance in instances if isinstance(instances, list) else []:
            if isinstance(instance, dict):
                yield {"label": label, **instance}


def _server(application: Mapping[str, Any]) -> Raw:
    addresses = application.get("application_uris") or application.get("uris") or []
    first = addresses[0] if isinstance(addresses, list) and addresses else ""
    return {"public_url": f"https://{first}"} if isinstance(first, str) and first else {}


def _postgresql(given: Credentials) -> Raw:
    database = given.get("dbname") or given.get("database") or given.get("name") or ""
    user, password = (quote(_text(given, name), safe="") for name in ("username", "password"))
    host, port = _text(given, "hostname") or _text(given, "host"), _text(given, "port") or "5432"
    if not host or not database:
        raise Invalid("the bound PostgreSQL names no hostname or dbname", SERVICES)
    certificate = _text(given, "sslrootcert")
    wanted = "verify-full" if certificate else "require"
    query = urlencode({"sslmode": wanted} | ({"sslrootcert": certificate} if certificate else {}))
    if given.get("sslmode") == "disable":
        query = urlencode({"sslmode": "disable"})
    return {"storage": {"url": f"postgresql://{user}:{password}@{host}:{port}/{quote(str(database), safe='')}?{query}"}}


def _hana(given: Credentials) -> Raw:
    """A schema of its own (plan hdi-shared or schema); the certificate is that of the server's authority (PEM)."""
    user, password = (quote(_text(given, name), safe="") for name in ("user", "password"))
    host, port, schema = _text(given, "host"), _text(given, "port") or "443", _text(given, "schema")
    if not host or not user:
        raise Invalid("the bound SAP HANA names no host or user: bind a schema, not the database itself", SERVICES)
    asked = {"currentSchema": schema, "sslTrustStore": _text(given, "certificate")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return {"storage": {"url": f"hana://{user}:{password}@{host}:{port}{'/?' if query else ''}{query}"}}


def _xsuaa(given: Credentials) -> Raw:
    kept = {name: str(value) for name, value in given.items() if isinstance(value, str | int | float)}
    return {"security": {"xsuaa": kept}}


def _destination(given: Credentials) -> Raw:
    return {
        "connectors": {
            "destination": {
                "url": _text(given, "uri"),
                "token_url": _text(given, "url").rstrip("/") + TOKEN_PATH,
                "client_id": _text(given, "clientid"),
                "client_secret": _text(given, "clientsecret"),
            }
        }
    }


def _ai_core(given: Credentials) -> Raw:
    urls = given.get("serviceurls")
    service = {
        "kind": "sap_ai_core",
        "base_url": _text(urls, "AI_API_URL") if isinstance(urls, dict) else "",
        "sign_in_url": _text(given, "url").rstrip("/") + TOKEN_PATH,
        "client_id": _text(given, "clientid"),
        "client_secret": _text(given, "clientsecret"),
    }
    return {"llm": {"services": {"aicore": service}}}


def _text(given: Credentials, name: str) -> str:
    value = given.get(name)
    return str(value) if isinstance(value, str | int) else ""


def merge(into: Raw, more: Raw) -> None:
    """Put `more` over `into`, section by section."""
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            merge(into[name], value)
        else:
            into[name] = value


READERS = (
    (HANA, _hana),
    (POSTGRESQL, _postgresql),
    (("xsuaa",), _xsuaa),
    (("destination",), _destination),
    (("aicore",), _ai_core),
)
