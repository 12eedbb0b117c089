"""Settings: where they come from, what is refused, and that every one is documented."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from frontdesk.interfaces import Invalid
from frontdesk.providers.options import ServiceOptions
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"


def section() -> dict[str, object]:
    return dict(inside(Settings(), ""))


def inside(section: msgspec.Struct, prefix: str) -> Iterator[tuple[str, object]]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if isinstance(value, msgspec.Struct):
            yield from inside(value, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}", value


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| (.+?) \| .+ \|$", PAGE.read_text("utf-8"), re.M)
    return {name: default.strip("`") for name, default in rows}


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert documented().keys() == section().keys()


@pytest.mark.parametrize("name", [name for name in section() if name != "data"])
def test_the_documented_default_is_the_one_in_the_code(name: str) -> None:
    default = section()[name]
    words = {"": "empty", True: "true", False: "false"}.get(default) if isinstance(default, str | bool) else None
    said = documented()[name]
    if isinstance(default, dict):
        words = ", ".join(f"{key} = {value:g}" for key, value in default.items()) or "empty"
    if words or isinstance(default, str):
        assert said == (words or default)
    else:
        assert float(said) == default


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text("[server]\nport = 1\nhost = 'localhost'\n", "utf-8")
    settings = load(file, environment={"FRONTDESK_SERVER_PORT": "2"})
    assert (settings.server.port, settings.server.host) == (2, "localhost")


def test_short_names_work(tmp_path: Path) -> None:
    settings = load(data=tmp_path, environment={"FRONTDESK_PORT": "9000", "FRONTDESK_DATABASE_URL": "postgresql://x/y"})
    assert (settings.server.port, settings.storage.url) == (9000, "postgresql://x/y")


def test_the_environment_reaches_a_section_within_a_section(tmp_path: Path) -> None:
    settings = load(data=tmp_path, environment={"FRONTDESK_CONNECTORS_FSM_CLIENT_ID": "me"})
    assert settings.connectors.fsm.client_id == "me"


def test_the_file_in_the_data_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "frontdesk.toml").write_text("[work]\nslots = 3\n", "utf-8")
    assert load(data=tmp_path, environment={}).work.slots == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server]\nport = 'abc'\n", "port"),
        ("[server]\nport = 99999\n", "port"),
        ("[server]\nprot = 1\n", "prot"),
        ("[sever]\nport = 1\n", "sever"),
        ("[logging]\nlevel = 'LOUD'\n", "level"),
        ("this is not toml", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(Invalid, match=words):
        load(file, environment={})


def test_the_former_setting_of_a_proxy_is_answered_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"security.trust_proxy is no more: write security.trusted_proxies: .* such as 1"):
        load(data=tmp_path, environment={"FRONTDESK_SECURITY_TRUST_PROXY": "true"})


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="does not exist"):
        load(tmp_path / "nothing.toml", environment={})


def test_every_setting_of_a_model_service_is_documented_and_nothing_else() -> None:
    table = PAGE.read_text("utf-8").partition("## Model services")[2]
    rows = re.findall(r"^\| (`.+?`) \|", table, re.M)
    named = {name for row in rows for name in re.findall(r"`NAME\.([a-z_]+)`", row)}
    assert named == set(ServiceOptions.__struct_fields__)


def test_a_model_service_of_an_unknown_kind_is_named(tmp_path: Path) -> None:
    file = tmp_path / "frontdesk.toml"
    file.write_text("[llm.services.main]\nkind = 'oracle'\n", "utf-8")
    with pytest.raises(Invalid, match="kind"):
        load(file, environment={})
