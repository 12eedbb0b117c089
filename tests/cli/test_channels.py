"""`frontdesk channels` and `frontdesk inbox` as a stranger runs them."""

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import processes

ROOT = Path(__file__).parent.parent.parent


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return processes.run(*words, "--data", data)


def test_reviews_are_imported_once_read_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("id,text,rating\nr1,It broke after a week,1\nr2,Great service,5\n,nobody knows,3\n", "utf-8")
    first = run(tmp_path / "data", "channels", "import", "reviews", str(file))
    assert (first.returncode, first.stdout) == (1, "2 stored, 0 duplicates, 1 refused\n")
    assert "line 4: id is missing" in first.stderr
    again = run(tmp_path / "data", "channels", "import", "reviews", str(file))
    assert again.stdout == "0 stored, 2 duplicates, 1 refused\n"
    listed = run(tmp_path / "data", "inbox", "list")
    assert [line.split()[1:3] for line in listed.stdout.splitlines()] == [["reviews", "new"]] * 2
    replayed = run(tmp_path / "data", "inbox", "replay", "--all", "--channel", "reviews")
    assert replayed.stdout == "2 events are read again\n"
    assert run(tmp_path / "data", "channels", "check").returncode == 0


def test_all_channels_are_listed_with_their_addresses(tmp_path: Path) -> None:
    listed = run(tmp_path, "channels", "list")
    assert "whatsapp   WTA  off  /webhooks/channels/whatsapp   WhatsApp" in listed.stdout


def test_an_event_that_is_not_there_cannot_be_replayed(tmp_path: Path) -> None:
    done = run(tmp_path, "inbox", "replay", "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert (done.returncode, done.stderr) == (2, "frontdesk: there is no event 01ARZ3NDEKTSV4RRFFQ69G5FAV\n")


def test_a_half_filled_channel_is_refused_by_the_name_of_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "frontdesk.toml").write_text("[channels.telegram]\nbot_token = 'x'\n", "utf-8")
    done = run(tmp_path, "channels", "list")
    assert done.returncode == 2
    assert "channels.telegram.secret_token is missing" in done.stderr


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with its registry."""
    registry = Path("src/frontdesk/channels/registry.py")
    (tmp_path / registry).parent.mkdir(parents=True)
    shutil.copy(ROOT / registry, tmp_path / registry)
    return tmp_path


def test_a_scaffolded_channel_is_written_whole_and_registered(tree: Path) -> None:
    words = ("channels", "add", "carrier_pigeon", "--code", "CPG", "--title", "Carrier Pigeon", "--source", str(tree))
    done = run(tree / "data", *words)
    assert done.returncode == 0, done.stderr
    adapter = (tree / "src/frontdesk/channels/carrier_pigeon.py").read_text("utf-8")
    assert 'KIND = ChannelKind("carrier_pigeon", "CPG", TITLE, CarrierPigeonSettings, CarrierPigeon)' in adapter
    assert 'TITLE = "Carrier Pigeon"' in adapter
    registry = (tree / "src/frontdesk/channels/registry.py").read_text("utf-8")
    assert "    carrier_pigeon,\n" in registry
    assert "    carrier_pigeon.KIND,\n" in registry
    for file in (tree / "tests/channels/carrier_pigeon").glob("*.py"):
        runpy.run_path(str(file))
    made = runpy.run_path(str(tree / "src/frontdesk/channels/carrier_pigeon.py"))
    assert not made["KIND"].is_on(made["CarrierPigeonSettings"]())
    assert run(tree / "data", *words).returncode == 1  # it is there already


@pytest.mark.parametrize("name", ["Pigeon", "a-b", "", "../x", "1a"])
def test_a_bad_name_for_a_channel_is_refused(tree: Path, name: str) -> None:
    assert run(tree / "data", "channels", "add", name, "--code", "CPG", "--source", str(tree)).returncode == 2
