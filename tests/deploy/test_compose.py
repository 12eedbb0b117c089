"""The compose file: its services start commands that exist, and its image copies files that exist."""

import re
from pathlib import Path

import yaml

from frontdesk.cli.serving import serve, worker

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deploy" / "compose"


def test_every_command_exists() -> None:
    services = yaml.safe_load((HERE / "compose.yaml").read_text())["services"]
    commands = [service["command"].split() for service in services.values() if "command" in service]
    assert [words[0] for words in commands] == ["frontdesk", "frontdesk"]
    assert {words[1] for words in commands} <= {serve.name, worker.name}


def test_everything_that_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", (HERE / "Dockerfile").read_text(), re.M)
    names = [name for line in copied for name in line.split()[:-1]]
    assert names
    assert all((ROOT / name).exists() for name in names)


def test_no_password_is_written_down() -> None:
    text = (HERE / "compose.yaml").read_text()
    assert set(re.findall(r"PASSWORD: (\S+)", text)) == {"${FRONTDESK_DB_PASSWORD:?set"}


def test_the_web_server_is_healthy_when_it_is_ready() -> None:
    web = yaml.safe_load((HERE / "compose.yaml").read_text())["services"]["web"]
    assert "/ready" in web["healthcheck"]["test"][-1]


def test_containers_have_no_rights_and_write_only_to_their_data() -> None:
    services = yaml.safe_load((HERE / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for name in ("web", "worker"):
        assert services[name]["read_only"], name
        assert [each.partition(":")[2] for each in services[name]["volumes"]] == ["/data"], name
