"""bin/release refuses what must not be released; its check of packages finds what is wrong with them."""

import runpy
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECK = runpy.run_path(str(ROOT / ".ci" / "packages.py"))
METADATA = (
    "Metadata-Version: 2.4\nName: frontdesk\nVersion: {}\nDescription-Content-Type: text/markdown\n\n# Frontdesk\n"
)
CONTENTS = ("frontdesk/ui/static/main.js", "frontdesk/py.typed", "frontdesk-1.dist-info/licenses/LICENSE")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with version 1.2.3 in pyproject.toml and CHANGELOG.md, all committed."""
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin" / "release", tmp_path / "bin")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n\n## [1.2.3] - 2026-11-29\n", "utf-8")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=Kim", "-c", "user.email=kim@example.com", *words], cwd=folder, check=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")


def refusal(folder: Path, *words: str) -> str:
    done = subprocess.run(["bin/release", *words], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def wheel(folder: Path, version: str, *names: str) -> Path:
    path = folder / "frontdesk.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("frontdesk-1.dist-info/METADATA", METADATA.format(version))
        for name in names:
            archive.writestr(name, "")
    return path


def test_a_version_without_its_heading_in_the_changelog_is_not_released(checkout: Path) -> None:
    (checkout / "pyproject.toml").write_text('[project]\nversion = "1.3.0"\n', "utf-8")
    assert "pyproject.toml says 1.3.0, the newest release in CHANGELOG.md is 1.2.3" in refusal(checkout, "--dry-run")


def test_a_working_tree_with_changes_is_not_released(checkout: Path) -> None:
    (checkout / "new.txt").write_text("new", "utf-8")
    assert "the working tree has changes" in refusal(checkout)


def test_a_version_is_released_once(checkout: Path) -> None:
    git(checkout, "tag", "v1.2.3")
    assert "the tag v1.2.3 is there already" in refusal(checkout)


def test_a_good_wheel_has_no_problems(tmp_path: Path) -> None:
    assert CHECK["problems"](wheel(tmp_path, "1.2.3", *CONTENTS), "1.2.3") == []


def test_a_wheel_without_the_front_end_or_with_another_version_is_found(tmp_path: Path) -> None:
    assert CHECK["problems"](wheel(tmp_path, "1.2.4", *CONTENTS[1:]), "1.2.3") == [
        "frontdesk/ui/static/main.js is missing",
        "it says version 1.2.4, not 1.2.3",
    ]
