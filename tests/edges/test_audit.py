"""What comes through the door leaves lines in the audit trail: sign-ins, refusals, forged webhooks, exports."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from frontdesk.edges.access.auditing import MOST_A_MINUTE, SparingAudit
from frontdesk.model import NewMessage, Role, Sender
from frontdesk.model.audit import AuditFilter, AuditRecord
from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import Container, open_container
from frontdesk.wiring.settings_trail import FIRST, note_changed_settings
from tests.channels.channel_house import with_channel
from tests.conftest import CHEAP
from tests.web_client import Client, add_account, key_of, sign_in, web_client

TELEGRAM = {"bot_token": "1:a", "secret_token": "s3cret_token"}


@pytest.fixture
async def container(settings: Settings, builtin: Builtin) -> AsyncIterator[Container]:
    async with open_container(with_channel(settings, "telegram", TELEGRAM), builtin, CHEAP) as opened:
        yield opened


@pytest.fixture
async def client(container: Container) -> AsyncIterator[Client]:
    async with web_client(container, "192.0.2.7") as client:
        yield client


async def lines(container: Container, kind: str) -> tuple[AuditRecord, ...]:
    return (await container.people.audit.page(AuditFilter(kind=kind), 100)).rows


async def test_sign_ins_right_and_wrong_leave_a_line_each(container: Container, client: Client) -> None:
    await add_account(container)
    await sign_in(client, password="wrong")
    await sign_in(client)
    [wrong], [right] = await lines(container, "sign_in_refused"), await lines(container, "signed_in")
    assert (wrong.subject, wrong.place, wrong.by) == ("ada@example.com", "192.0.2.7", "")
    assert (right.subject, right.place, right.by) == ("ada@example.com", "192.0.2.7", "Ada Brightwater")


async def test_who_is_refused_with_a_key_leaves_a_line_and_a_stranger_does_not(
    container: Container, client: Client
) -> None:
    await client.get("/console")
    await client.get("/api/v1/work", headers={"Authorization": "Bearer fd_wrong"})
    await client.get("/api/v1/rule-sets", headers=await key_of(container, Role.SERVICE))
    told = [(each.by, each.subject, each.detail) for each in await lines(container, "refused")]
    assert told == [
        ("key of a service", "GET /api/v1/rule-sets", {"status": 403}),
        ("", "GET /api/v1/work", {"status": 401}),
    ]


async def test_a_forged_webhook_leaves_a_line_and_a_flood_a_few(container: Container, client: Client) -> None:
    for _ in range(MOST_A_MINUTE + 20):
        assert (await client.post("/webhooks/channels/telegram", content=b"{}")).status_code == 401
    found = await lines(container, "webhook_forged")
    assert MOST_A_MINUTE <= len(found) <= MOST_A_MINUTE + 5
    assert (found[-1].subject, found[-1].place) == ("telegram", "192.0.2.7")


async def test_an_export_leaves_a_line_that_names_what_was_asked_by_without_its_values(
    container: Container, client: Client
) -> None:
    await add_account(container)
    await sign_in(client)
    asked = "/console/interactions/export.csv?q=kim%40example.com&status=open&q=Kim"
    assert (await client.get(asked)).status_code == 200
    [line] = await lines(container, "exported")
    assert (line.by, line.subject) == ("Ada Brightwater", "/console/interactions/export.csv?q&status")


async def test_an_admin_searches_and_checks_the_trail_by_rest(container: Container, client: Client) -> None:
    admin = await key_of(container, Role.ADMIN)
    found = (await client.get("/api/v1/audit-records?kind=key_added", headers=admin)).json()
    assert [each["by"] for each in found["items"]] == ["command line"]
    assert (await client.get("/api/v1/audit-records/check", headers=admin)).json()["broken"] is None
    supervisor = await key_of(container, Role.SUPERVISOR)
    assert (await client.get("/api/v1/audit-records", headers=supervisor)).status_code == 403


async def test_who_reads_a_persons_data_leaves_a_line_in_every_door(container: Container, client: Client) -> None:
    accepted = await container.messages.inbox.accept(NewMessage("Hello", "WEB", Sender(address="kim@example.com")))
    await container.runner.run_until_idle()
    agent = await key_of(container, Role.AGENT)
    page, api = f"/console/interactions/{accepted.reference}", f"/api/v1/interactions/{accepted.reference}"
    entity = f"/agent/CustomerInteraction({accepted.interaction_id})"
    for path in (page, page, f"{page}/fragment", api, "/api/v1/contacts?address=kim@example.com", entity):
        assert (await client.get(path, headers=agent)).status_code == 200, path
    await client.get("/console", headers=agent)
    told = [(each.by, each.subject) for each in reversed(await lines(container, "person_read"))]
    assert told == [("key of a agent", each) for each in (page, api, "/api/v1/contacts", entity)]


async def test_a_reading_is_noted_again_after_an_hour(container: Container) -> None:
    now = [0.0]
    sparing = SparingAudit(container.people.audit, lambda: now[0])
    for now[0] in (0.0, 3599.0, 3601.0):
        await sparing.note_read("Ada", "192.0.2.7", "/console/history")
    assert len(await lines(container, "person_read")) == 2


async def test_changes_of_lists_leave_a_line_whatever_they_came_by(container: Container, client: Client) -> None:
    admin = await key_of(container, Role.ADMIN)
    body = {"name": "Ovens", "position": 3}
    assert (await client.put("/api/v1/codes/team/OVN", json=body, headers=admin)).status_code == 200
    assert (await client.delete("/api/v1/codes/team/OVN", headers=admin)).status_code == 204
    entity = {"code": "GG", "name": "Gardens"}
    made = await client.post("/admin/CustomerInteractionCategory", json=entity, headers=admin)
    assert made.status_code == 201, made.text
    found = [(each.subject, each.by) for each in await lines(container, "code_changed")]
    assert found == [(f"{subject}", "key of a admin") for subject in ("category GG", "team OVN", "team OVN")]


async def test_the_trail_is_counted_for_prometheus(container: Container, client: Client) -> None:
    service = await key_of(container, Role.SERVICE)
    await client.get("/metrics", headers=service)
    await key_of(container, Role.AGENT)
    assert 'frontdesk_audit_records_total{kind="key_added"} 1.0' in (await client.get("/metrics", headers=service)).text


async def test_a_line_is_logged_without_names(container: Container, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "frontdesk.audit"):
        await container.people.audit.note("signed_in", "Ada", place="192.0.2.7", subject="ada@example.com")
    [line] = await lines(container, "signed_in")
    told = f'event.kind="event" event.action="signed_in" source.ip="192.0.2.7" event.hash="{line.digest}"'
    assert [each.getMessage() for each in caplog.records] == [told]


async def test_settings_that_changed_are_named_without_their_values(settings: Settings, builtin: Builtin) -> None:
    for secret in ("one", "one", "another"):
        changed = msgspec.structs.replace(settings.chat, identity_secret=secret)
        async with open_container(msgspec.structs.replace(settings, chat=changed), builtin, CHEAP) as container:
            await note_changed_settings(container)
            found = await lines(container, "settings_changed")
            kept = str(await container.people.audit.kept_settings())
    assert [each.detail["settings"] for each in found] == [["chat.identity_secret"], [FIRST]]
    assert "another" not in kept


async def test_use_cases_leave_a_line_when_drafted_and_published(container: Container) -> None:
    registry = container.llm.room.use_cases.registry
    text = (await registry.text("sentiment-analysis")).replace("version: 1\n", "version: 2\n")
    made = await registry.draft(text, "shorter", "Ada")
    await registry.publish("sentiment-analysis", made.version, "Ben")
    [drafted], [published] = await lines(container, "use_case_drafted"), await lines(container, "use_case_published")
    assert (drafted.by, published.by) == ("Ada", "Ben")
    assert drafted.subject == published.subject == f"sentiment-analysis {made.version}"
