"""Reply templates that people change: the next reply says it, and nothing that would not work out is kept."""

import pytest

from frontdesk.orchestrator.template_service import TemplateService
from frontdesk.orchestrator.templates import shipped_templates
from frontdesk.providers.builtin import Builtin
from frontdesk.storage.configuration.templates import StoredTemplates
from frontdesk.wiring.container import Container, now, open_container
from tests.conftest import Front
from tests.ui.console.test_rules import admin, post
from tests.web_client import HTML, Client

__all__ = ["admin"]  # the fixture
PLACE = "/console/configuration/templates"
BROKEN = "My coffee machine (order 4500017342) is broken and does not start any more."


async def answer_to(front: Front, container: Container, text: str) -> str:
    accepted = await front.say(text)
    found = (
        await container.messages.outbox.by_effect_of(accepted)
        if hasattr(container.messages.outbox, "by_effect_of")
        else None
    )
    assert found is None
    page = await container.interactions.records.timeline(accepted.interaction_id, 100)
    return " ".join(item.item.text for item in page.rows if type(item.item).__name__ == "OutboundMessage")


async def test_a_changed_text_is_said_in_the_next_reply_and_taken_back(
    admin: Client, container: Container, front: Front
) -> None:
    texts = {"text_en": "Call {{ service_call.code }} is on its way, {{ reference }}."}
    saved = await post(admin, f"{PLACE}/service_call_created", **texts)
    assert saved.headers["location"] == f"{PLACE}/service_call_created?saved=1"
    assert "Call SC-000001 is on its way" in await answer_to(front, container, BROKEN)
    assert "is on its way" in (await admin.get(f"{PLACE}/service_call_created", headers=HTML)).text
    assert (await post(admin, f"{PLACE}/service_call_created", what="reset")).status_code == 303
    assert "is on its way" not in await answer_to(front, container, BROKEN + " Still.")


async def test_another_process_follows(admin: Client, container: Container) -> None:
    await post(admin, f"{PLACE}/received", text_en="We have {{ reference }}.")
    other = TemplateService(shipped_templates(), StoredTemplates(container.database, now))
    await other.follow()
    assert other.templates.named("received").render("en", {"reference": "AAAA0000"}) == "We have AAAA0000."


async def test_a_new_template_can_be_named_by_rules(admin: Client, container: Container) -> None:
    made = await post(admin, f"{PLACE}/new", name="thank_you", text_en="Thank you, {{ name }}!", text_de="Danke!")
    assert made.status_code == 303
    assert container.pipeline.templates.named("thank_you").render("de", {}) == "Danke!"
    assert "thank_you" in (await admin.get("/console/configuration", headers=HTML)).text


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("received", {"text_en": ""}),
        ("received", {"text_en": "{{ secret }}"}),
        ("received", {"text_en": "{{ reference"}),
        ("received", {"text_en": "{{ service_call.code }}"}),
        ("received", {"text_en": "x" * 20_001}),
        ("received", {"text_en": "{{ ''.__class__ }}"}),
        ("new", {"name": "Bad Name", "text_en": "x"}),
        ("new", {"name": "", "text_en": "x"}),
    ],
)
async def test_a_text_that_would_not_work_out_is_refused_and_kept_in_the_form(
    admin: Client, name: str, fields: dict[str, str]
) -> None:
    answer = await post(admin, f"{PLACE}/{name}", **fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_what_does_not_ship_cannot_be_taken_back(admin: Client) -> None:
    assert (await post(admin, f"{PLACE}/nothing", what="reset")).status_code == 404
    assert (await admin.get(f"{PLACE}/nothing", headers=HTML)).status_code == 404


async def test_a_restart_keeps_what_was_changed(admin: Client, container: Container, builtin: Builtin) -> None:
    await post(admin, f"{PLACE}/received", text_en="We have it.")
    async with open_container(container.settings, builtin) as again:
        await again.configuration.templates.follow()
        assert again.pipeline.templates.named("received").render("en", {}) == "We have it."
