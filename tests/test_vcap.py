"""Settings out of bound services, as Cloud Foundry and SAP BTP write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import database_url

POSTGRESQL = {
    "hostname": "db.example",
    "port": "2477",
    "dbname": "fd",
    "username": "me@x",
    "password": "p/w:1",
    "uri": "postgres://unused",
}
XSUAA = {"clientid": "sb-fd!t1", "clientsecret": "s", "url": "https://uaa.example", "xsappname": "fd!t1"}
AI_CORE = {
    "clientid": "c",
    "clientsecret": "hush",
    "url": "https://auth.example",
    "serviceurls": {"AI_API_URL": "https://ai.example"},
}
DESTINATION = {
    "clientid": "c",
    "clientsecret": "hush",
    "url": "https://auth.example/",
    "uri": "https://destination.example",
}


def bound(tmp_path: Path, more: dict[str, str] | None = None, **services: Any) -> Settings:
    written = {label.replace("_", "-"): [{"credentials": given}] for label, given in services.items()}
    return load(data=tmp_path, environment={"VCAP_SERVICES": json.dumps(written), **(more or {})})


def test_a_bound_postgresql_is_the_database_and_is_reached_by_tls(tmp_path: Path) -> None:
    url = database_url(bound(tmp_path, postgresql_db=POSTGRESQL))
    assert (url.host, url.port, url.database) == ("db.example", 2477, "fd")
    assert (url.username, url.password, url.query["sslmode"]) == ("me@x", "p/w:1", "require")


def test_its_certificate_makes_the_server_prove_who_it_is(tmp_path: Path) -> None:
    url = database_url(bound(tmp_path, postgresql_db={**POSTGRESQL, "sslrootcert": "-----BEGIN CERT+/="}))
    assert (url.query["sslmode"], url.query["sslrootcert"]) == ("verify-full", "-----BEGIN CERT+/=")


def test_credentials_that_a_broker_nests_are_found(tmp_path: Path) -> None:
    settings = bound(tmp_path, postgresql_db={"credentials": POSTGRESQL})
    assert "db.example:2477" in settings.storage.url


def test_a_service_is_also_known_by_its_tags(tmp_path: Path) -> None:
    services = {"user-provided": [{"tags": ["postgresql"], "credentials": POSTGRESQL}]}
    settings = load(data=tmp_path, environment={"VCAP_SERVICES": json.dumps(services)})
    assert "db.example:2477" in settings.storage.url


def test_services_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "services").write_text(json.dumps({"xsuaa": [{"credentials": XSUAA}]}), "utf-8")
    settings = load(data=tmp_path, environment={"VCAP_SERVICES_FILE_PATH": str(tmp_path / "services")})
    assert settings.security.xsuaa["xsappname"] == "fd!t1"


def test_ai_core_is_a_model_service(tmp_path: Path) -> None:
    service = bound(tmp_path, aicore=AI_CORE).llm.services["aicore"]
    assert (service.kind, service.base_url) == ("sap_ai_core", "https://ai.example")
    assert service.sign_in_url == "https://auth.example/oauth/token"


def test_the_destination_service_knows_back_ends(tmp_path: Path) -> None:
    service = bound(tmp_path, destination=DESTINATION).connectors.destination
    assert (service.url, service.token_url) == ("https://destination.example", "https://auth.example/oauth/token")


def test_the_application_knows_its_address_and_is_behind_a_router(tmp_path: Path) -> None:
    application = json.dumps({"application_uris": ["desk.cf.example"]})
    settings = load(data=tmp_path, environment={"VCAP_APPLICATION": application})
    assert settings.server.public_url == "https://desk.cf.example"
    assert settings.security.trusted_proxies == 1


def test_the_file_and_the_environment_win(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text("[llm.services.aicore]\nkind = 'sap_ai_core'\nmodel = 'gpt-4.1'\nresource_group = 'me'\n", "utf-8")
    settings = bound(
        tmp_path, {"FRONTDESK_DATABASE_URL": "postgresql://other/x"}, postgresql_db=POSTGRESQL, aicore=AI_CORE
    )
    assert settings.storage.url == "postgresql://other/x"
    service = settings.llm.services["aicore"]
    assert (service.model, service.resource_group, service.base_url) == ("gpt-4.1", "me", "https://ai.example")


@pytest.mark.parametrize("text", ["[]", "nonsense", "[" * 100_000])
def test_services_that_cannot_be_read_are_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match="VCAP_SERVICES"):
        load(data=tmp_path, environment={"VCAP_SERVICES": text})


def test_a_postgresql_without_an_address_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="hostname"):
        bound(tmp_path, postgresql_db={"username": "me"})


@pytest.mark.parametrize("strange", [{"xsuaa": "x"}, {"xsuaa": [1]}, {"xsuaa": [{"credentials": []}]}, {"xsuaa": []}])
def test_bindings_of_an_unknown_shape_are_passed_over(tmp_path: Path, strange: Any) -> None:
    settings = load(data=tmp_path, environment={"VCAP_SERVICES": json.dumps(strange)})
    assert settings.security.xsuaa == {}


HANA = {
    "host": "h.hana.example",
    "port": "443",
    "user": "FD#RT",
    "password": "p/w:1",
    "schema": "FD",
    "certificate": "-----BEGIN CERT+/=",
}


def test_a_bound_hana_is_the_database_and_proves_who_it_is(tmp_path: Path) -> None:
    url = database_url(bound(tmp_path, hana=HANA))
    assert (url.get_backend_name(), url.host, url.port) == ("hana", "h.hana.example", 443)
    assert (url.username, url.password) == ("FD#RT", "p/w:1")
    assert url.query == {"currentSchema": "FD", "sslTrustStore": "-----BEGIN CERT+/="}


def test_a_postgresql_comes_before_a_hana(tmp_path: Path) -> None:
    assert database_url(bound(tmp_path, hana=HANA, postgresql_db=POSTGRESQL)).host == "db.example"


def test_a_hana_without_a_schema_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="bind a schema"):
        bound(tmp_path, hana={"host": "h.hana.example"})
