"""`frontdesk privacy`, as a process on a data folder of its own."""

import zipfile
from pathlib import Path

from tests.cli.conftest import Run

MAIL = "kim@example.com"


def test_a_person_is_shown_exported_and_erased(run: Run, tmp_path: Path) -> None:
    said = ("say", "My xylophone leaks", "--name", "Kim Undertow", "--email", MAIL)
    assert run(*said).returncode == 0
    shown = run("privacy", "erase", MAIL)
    assert ("would erase  contact:1" in shown.stdout, "--yes" in shown.stderr) == (True, True)
    assert run("privacy", "export", MAIL, "--output", "kim.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "kim.zip") as archive:
        assert b"My xylophone leaks" in archive.read("data.json")
    assert run("privacy", "erase", MAIL, "--yes").stdout.startswith("erased  contact:1")
    again = run("privacy", "erase", MAIL, "--yes")
    assert (again.returncode, again.stderr.strip()) == (2, f"frontdesk: nothing is known of {MAIL}")
    refused = run("privacy", "export", MAIL, "--output", "none.zip")
    assert (refused.returncode, (tmp_path / "none.zip").exists()) == (2, False)
    assert "contact:1" in run("privacy", "list").stdout
    assert "events       90 days" in run("privacy", "retention").stdout
    left = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
    assert [word for word in (b"xylophone", b"Undertow", MAIL.encode()) if word in left] == []
