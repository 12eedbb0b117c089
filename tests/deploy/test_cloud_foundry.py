"""Deployment descriptors: what they name exists, and the processes of the Procfile run as the platform starts them."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from frontdesk.edges.access.xsuaa import SCOPES
from frontdesk.edges.odata.catalogue import SERVICES
from tests.signed import Uaa, new_uaa

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deploy" / "cloud-foundry"


def procfile() -> dict[str, str]:
    return dict(line.split(": ", 1) for line in (HERE / "Procfile").read_text().splitlines())


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def services(url: str, uaa: Uaa) -> str:
    at = urlsplit(url)
    database = {
        "hostname": at.hostname,
        "port": str(at.port or 5432),
        "dbname": at.path.removeprefix("/"),
        "username": at.username or "",
        "password": at.password or "",
        "sslmode": "disable",
    }
    return json.dumps({"postgresql-db": [{"credentials": database}], "xsuaa": [{"credentials": uaa.credentials()}]})


@contextmanager
def started(command: str, folder: Path, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    """A process as the platform starts it: by a shell, with its variables and little else."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder), **variables}
    log = (folder / f"{command.split()[1]}.log").open("w")
    with (
        log,
        subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"], cwd=folder, env=environment, stderr=log, text=True
        ) as it,
    ):
        try:
            yield it
        finally:
            it.terminate()
            try:
                it.wait(20)
            except subprocess.TimeoutExpired:
                it.kill()


def wait_for(url: str, log: Path) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{url}/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not ready: {log.read_text()}")


@pytest.mark.postgres
def test_a_message_is_handled_by_the_processes_of_the_procfile(tmp_path: Path, postgres_bare: str) -> None:
    uaa, port = new_uaa(), free_port()
    variables = {
        "VCAP_SERVICES": services(postgres_bare, uaa),
        "VCAP_APPLICATION": json.dumps({"application_uris": ["desk.cf.example"]}),
        "PORT": str(port),
        "FRONTDESK_WORK_IN_SERVER": "false",
    }
    url = f"http://127.0.0.1:{port}"
    bearer = {"Authorization": f"Bearer {uaa.token('Agent')}", "X-Forwarded-Proto": "https"}
    with ExitStack() as running:
        running.enter_context(started(procfile()["web"], tmp_path, **variables))
        wait_for(url, tmp_path / "serve.log")
        running.enter_context(started(procfile()["worker"], tmp_path, **variables))
        assert httpx.get(f"{url}/api/v1/interactions").status_code == 401
        sent = httpx.post(
            f"{url}/api/v1/messages", json={"text": "My oven is broken and shows error E18"}, headers=bearer
        )
        assert sent.status_code == 202, sent.text
        assert handled(url, bearer, sent.json()["reference"])["status"] != "NW"


def handled(url: str, headers: dict[str, str], reference: str) -> dict[str, Any]:
    for _ in range(600):
        listed = httpx.get(f"{url}/api/v1/interactions", headers=headers).json()["items"]
        found: dict[str, Any] = next(each for each in listed if each["reference"] == reference)
        if found["status"] != "NW":
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_the_manifest_starts_what_the_procfile_names() -> None:
    [application] = yaml.safe_load((HERE / "manifest.yml").read_text())["applications"]
    assert {process["type"] for process in application["processes"]} == set(procfile())


def test_the_module_is_started_as_the_procfile_says() -> None:
    module, _ = yaml.safe_load((HERE / "mta.yaml").read_text())["modules"]
    assert module["parameters"]["command"] == procfile()["web"]


def test_the_module_has_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert yaml.safe_load((HERE / "mta.yaml").read_text())["version"] == version


def test_the_approuter_leads_to_every_service_and_to_the_applications() -> None:
    routes = json.loads((HERE / "approuter" / "xs-app.json").read_text())["routes"]
    module = yaml.safe_load((HERE / "mta.yaml").read_text())["modules"][1]
    [frontdesk] = [each["properties"] for each in module["requires"] if each.get("group") == "destinations"]
    assert frontdesk["forwardAuthToken"] is True
    named = {frontdesk["name"], *(each["name"] for each in module["properties"]["destinations"])}
    assert {each["destination"] for each in routes if "destination" in each} == named
    for path in (*(f"/{service}/$metadata" for service in SERVICES), "/fiori/index.html"):
        first = next(each for each in routes if re.match(each["source"], path))
        assert first["authenticationType"] == "xsuaa", path
        assert (first.get("destination") == "frontdesk") is not path.startswith("/fiori"), path
    assert (ROOT / "deploy" / "fiori" / "webapp" / "index.html").is_file()


def test_every_scope_that_we_know_is_declared_and_no_other() -> None:
    security = json.loads((HERE / "xs-security.json").read_text())
    declared = {scope["name"].removeprefix("$XSAPPNAME.") for scope in security["scopes"]}
    assert declared == set(SCOPES)


def test_role_collections_and_templates_name_what_is_declared() -> None:
    security = json.loads((HERE / "xs-security.json").read_text())
    scopes = {scope["name"] for scope in security["scopes"]}
    templates = {f"$XSAPPNAME.{template['name']}" for template in security["role-templates"]}
    assert all(set(template["scope-references"]) <= scopes for template in security["role-templates"])
    assert all(set(each["role-template-references"]) <= templates for each in security["role-collections"])


def test_the_health_check_asks_a_route_that_is_there() -> None:
    [application] = yaml.safe_load((HERE / "manifest.yml").read_text())["applications"]
    web = next(process for process in application["processes"] if process["type"] == "web")
    assert web["health-check-http-endpoint"] == "/health"
    assert web["readiness-health-check-http-endpoint"] == "/ready"


def test_the_pinned_requirements_for_the_platform_name_no_address() -> None:
    text = (ROOT / "requirements-sap.txt").read_text()
    assert "sap-xssec==" in text
    assert "asyncpg==" in text
    assert "://" not in text
