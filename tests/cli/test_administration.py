"""`frontdesk config, db, work, users, keys`: what an administrator does from a terminal."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from frontdesk.model import NewMessage, Role
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.loading import load
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import open_container

pytestmark = pytest.mark.both_databases

Invoke = Callable[..., Result]
PASSWORD = "correct horse battery staple"


def test_config_check_tells_every_setting_and_where_it_comes_from(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "frontdesk.toml").write_text("[server]\nhost = '0.0.0.0'\nport = 1\n")
    told = invoke("config", "check", FRONTDESK_PORT="8123", FRONTDESK_WORK_SLOTS="3")
    rows = {line.split()[0]: line.split()[1:] for line in told.stdout.splitlines()}
    assert rows["server.host"] == ['"0.0.0.0"', "frontdesk.toml"]
    assert rows["server.port"] == ["8123", "FRONTDESK_PORT"]
    assert rows["work.slots"] == ["3", "FRONTDESK_WORK_SLOTS"]
    assert rows["work.lease_seconds"][1] == "default"
    assert rows["data"][1] == "FRONTDESK_DATA"
    assert told.exit_code == 0


def test_passwords_are_masked(invoke: Invoke) -> None:
    told = invoke("config", "check", FRONTDESK_DATABASE_URL="postgresql://kim:s3cret@127.0.0.1:1/x")
    assert told.exit_code == 1
    assert "s3cret" not in told.stdout + told.stderr
    assert "postgresql://kim:***@127.0.0.1:1/x" in told.stdout
    assert told.stderr.startswith("frontdesk: the database ")
    shown = invoke("config", "show", FRONTDESK_DATABASE_URL="postgresql://kim:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in shown.stdout


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://127.0.0.1:1/x?user=kim&password=s3cret", "postgresql://127.0.0.1:1/x?user=***&password=***"),
        ("postgresql://kim@127.0.0.1:1/x?sslmode=require", "postgresql://***@127.0.0.1:1/x?sslmode=require"),
        ("postgresql://kim:s3/c:ret@127.0.0.1:1/x", "postgresql://kim:***@127.0.0.1:1/x"),
        ("https://s3cret@rules.example", "https://***@rules.example"),
        ("shop=https://shop.example/in?code=s3cret;sig=s3cret", "shop=https://shop.example/in?code=***;sig=***"),
    ],
)
def test_addresses_are_shown_without_what_opens_them(address: str, shown: str, invoke: Invoke) -> None:
    told = invoke("config", "show", FRONTDESK_CONNECTORS_WEBHOOK_TARGETS=address)
    assert f'targets = "{shown}"' in told.stdout


def test_a_password_in_a_query_is_masked_in_what_is_wrong_too(invoke: Invoke) -> None:
    told = invoke("config", "check", FRONTDESK_DATABASE_URL="postgresql://127.0.0.1:1/x?user=kim&password=s3cret")
    assert told.exit_code == 1
    assert "s3cret" not in told.stdout + told.stderr


@pytest.mark.skipif(os.name == "nt", reason="mode bits say nothing there")
def test_a_folder_or_file_that_others_can_read_is_a_finding_and_a_loud_warning(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("db", "upgrade").exit_code == 0
    assert invoke("config", "check").exit_code == 0
    (tmp_path / "data").chmod(0o755)
    told = invoke("config", "check")
    assert told.exit_code == 1
    assert f"{tmp_path / 'data'} is open to other users of this machine (mode 0755)" in told.stderr
    assert "chmod -R go=" in told.stderr


async def test_opening_a_folder_that_others_can_read_is_logged(
    bare_settings: Settings, builtin: Builtin, caplog: pytest.LogCaptureFixture
) -> None:
    bare_settings.folder.mkdir(mode=0o750)
    async with open_container(bare_settings, builtin):
        assert f"{bare_settings.folder} is open to other users" in caplog.text


def test_a_wrong_setting_is_named(invoke: Invoke) -> None:
    told = invoke("config", "check", FRONTDESK_SERVER_PORT="http")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "server.port" in told.stderr


def test_a_variable_that_means_nothing_is_named(invoke: Invoke) -> None:
    told = invoke("config", "check", FRONTDESK_PROT="8000")
    assert told.exit_code == 1
    assert "FRONTDESK_PROT" in told.stderr


def test_config_show_is_a_settings_file_that_says_the_same(invoke: Invoke, tmp_path: Path) -> None:
    shown = invoke("config", "show", FRONTDESK_PORT="8123").stdout
    (tmp_path / "shown.toml").write_text(shown)
    assert load(tmp_path / "shown.toml", environment={}).server.port == 8123
    assert load(tmp_path / "shown.toml", environment={}).data == str(tmp_path / "data")


def test_checking_makes_no_data_folder(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("config", "check").exit_code == 0
    assert not (tmp_path / "data").exists()


def test_the_database_is_upgraded_once(invoke_on_nothing: Invoke) -> None:
    assert invoke_on_nothing("db", "upgrade").stdout.startswith("upgraded from nothing to ")
    assert invoke_on_nothing("db", "upgrade").stdout.startswith("at ")
    status = dict(line.split(maxsplit=1) for line in invoke_on_nothing("db", "status").stdout.splitlines())
    assert status["schema"] == status["needed"]
    assert status["stored"] == "0"


def test_status_counts_how_far_messages_came(invoke_on: Invoke) -> None:
    invoke_on("say", "Thank you, great service!")
    status = dict(line.split(maxsplit=1) for line in invoke_on("db", "status").stdout.splitlines())
    assert [status[name] for name in ("seen", "stored", "analysed", "decided", "answered", "open", "failed")] == [
        *["1"] * 5,
        *["0"] * 2,
    ]


@pytest.fixture
def failed(settings: Settings) -> str:
    """The id of a piece of work that has failed."""

    async def fail() -> str:
        async with open_container(settings) as container:
            accepted = await container.messages.inbox.accept(NewMessage("hello", "WEB"))
            ((_, lease),) = await container.work.queue.claim("test:1", 1, 30)
            await container.work.queue.fail(lease, "the model\nis on holiday")
            return accepted.message_id

    return asyncio.run(fail())


def test_failed_work_is_listed_with_its_reason_and_can_be_retried(failed: str, invoke_on: Invoke) -> None:
    told = invoke_on("work", "list")
    assert failed in told.stdout
    assert "the model is on holiday" in told.stdout
    assert told.stderr == "0 open, 1 failed\n"
    assert invoke_on("work", "retry", failed).exit_code == 0
    assert failed in invoke_on("work", "list", "--state", "open").stdout
    again = invoke_on("work", "retry", failed)
    assert again.exit_code == 1
    assert "only failed work" in again.stderr


def test_all_failed_work_can_be_dropped_at_once(failed: str, invoke_on: Invoke) -> None:
    assert invoke_on("work", "drop", "--all").stdout == "1 dropped\n"
    assert invoke_on("work", "list").stderr == "0 open, 0 failed\n"


def test_accounts_are_made_changed_and_ended(invoke_on: Invoke, settings: Settings) -> None:
    added = invoke_on("users", "add", "Kim@example.com", "--role", "agent", "--password-stdin", feed=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.stderr
    assert PASSWORD not in added.stdout + added.stderr
    assert invoke_on("users", "add", "kim@example.com", "--password-stdin", feed=f"{PASSWORD}\n").exit_code == 1
    assert invoke_on("users", "role", "kim@example.com", "admin").exit_code == 0
    assert invoke_on("users", "password", "kim@example.com", "--password-stdin", feed=f"{PASSWORD} 2\n").exit_code == 0

    async def verify(password: str) -> Role | None:
        async with open_container(settings) as container:
            account = await container.people.accounts.verify("kim@example.com", password)
            return account.role if account else None

    assert asyncio.run(verify(PASSWORD)) is None
    assert asyncio.run(verify(f"{PASSWORD} 2")) is Role.ADMIN
    assert invoke_on("users", "deactivate", "kim@example.com").exit_code == 0
    assert "deactivated" in invoke_on("users", "list").stdout
    assert asyncio.run(verify(f"{PASSWORD} 2")) is None
    assert invoke_on("users", "activate", "kim@example.com").exit_code == 0
    assert asyncio.run(verify(f"{PASSWORD} 2")) is Role.ADMIN


def test_an_account_is_looked_for_before_its_new_password_is_asked_for(invoke: Invoke) -> None:
    told = invoke("users", "password", "nobody@example.com")
    assert told.exit_code == 2
    assert "there is no account nobody@example.com" in told.stderr  # and nothing of a terminal to ask at


def test_no_option_is_described_by_the_word_none() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text("utf-8")
    assert not [line for line in page.splitlines() if "| None" in line]


def test_a_weak_password_is_refused(invoke: Invoke) -> None:
    assert invoke("users", "add", "kim@example.com", "--password-stdin", feed="x\n").exit_code == 2


def test_a_key_is_shown_once_and_can_be_revoked(invoke_on: Invoke) -> None:
    added = invoke_on("keys", "add", "web shop")
    secret = added.stdout.strip()
    assert secret.startswith("fd_")
    listed = invoke_on("keys", "list").stdout
    assert secret not in listed
    assert secret[:11] in listed
    assert invoke_on("keys", "revoke", secret[:11]).exit_code == 0
    assert "revoked" in invoke_on("keys", "list").stdout


def test_a_key_is_narrowed_and_given_a_budget(invoke_on: Invoke) -> None:
    secret = invoke_on("keys", "add", "robot", "--scope", "llm:chat", "--budget-day", "2.5").stdout.strip()
    assert "llm:chat, 2.5 a day" in invoke_on("keys", "list").stdout
    changed = invoke_on("keys", "limit", secret[:11], "--scope", "llm", "--requests-per-minute", "60")
    assert "llm, 60 requests a minute" in changed.stdout
    refused = invoke_on("keys", "add", "robot", "--scope", "chat")
    assert refused.exit_code == 2
    assert "there is no scope 'chat'" in refused.stderr


def test_somebody_is_invited_put_into_teams_and_signed_out(invoke_on: Invoke) -> None:
    invited = invoke_on("users", "invite", "kim@example.com", "--role", "supervisor")
    assert invited.stdout.startswith("/set-password?kind=invitation&token=")
    assert invoke_on("users", "invite", "kim@example.com").stdout != invited.stdout
    assert invoke_on("users", "teams", "kim@example.com", "TEC", "CMP").exit_code == 0
    [row] = invoke_on("users", "list").stdout.splitlines()
    assert row.split()[:6] == ["kim@example.com", "supervisor", "active", "invited", "CMP", "TEC"]
    assert invoke_on("users", "sign-out", "kim@example.com").stdout == "0 sessions of kim@example.com ended\n"
    assert invoke_on("users", "reset-second-factor", "kim@example.com").exit_code == 0
    assert invoke_on("users", "sign-out", "nobody@example.com").exit_code != 0
    invoke_on("users", "deactivate", "kim@example.com")
    assert invoke_on("users", "invite", "kim@example.com").exit_code != 0


def test_a_key_ends_and_is_narrowed_to_channels_and_teams(invoke_on: Invoke) -> None:
    assert invoke_on("keys", "add", "shop", "--days", "30", "--channel", "WEB", "--team", "TEC").exit_code == 0
    listed = invoke_on("keys", "list").stdout
    assert "until 2" in listed
    assert "all, TEC WEB" in listed
    assert "never used" in listed


def test_the_audit_trail_is_listed_and_verified(invoke_on: Invoke) -> None:
    invoke_on("keys", "add", "shop", "--role", "service")
    listed = invoke_on("audit", "list", "--kind", "key_added").stdout
    assert "command line" in listed
    assert "shop (fd_" in listed
    verified = invoke_on("audit", "verify")
    assert verified.exit_code == 0
    digest = verified.stdout.split()[-1]
    assert invoke_on("audit", "verify", "--digest", digest).exit_code == 0
    assert invoke_on("audit", "verify", "--digest", "0" * 64).exit_code == 1
