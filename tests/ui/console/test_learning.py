"""The pages after a correction: deciding again, learning and forgetting, proposals, limits."""

import re

from frontdesk.model import NewMessage, Role
from frontdesk.wiring.container import Container
from tests.ui.console.test_effects import supervisor
from tests.ui.console.test_rules import post
from tests.web_client import HTML, Client

__all__ = ["supervisor"]  # the fixture

BROKEN = "My washing machine is broken: it shows error E18 and does not pump out the water. Please help."
assert Role.SUPERVISOR


async def corrected(container: Container) -> tuple[str, str]:
    accepted = await container.messages.inbox.accept(NewMessage(BROKEN, "WEB"))
    await container.runner.run_until_idle()
    await container.messages.readings.correct(accepted.message_id, "intent", "CA", "Kim", None)
    return accepted.message_id, accepted.reference


async def test_a_correction_leads_to_deciding_again(supervisor: Client, container: Container) -> None:
    message, reference = await corrected(container)
    thread = await supervisor.get(f"/console/interactions/{reference}", headers=HTML)
    assert f"/console/messages/{message}/again" in thread.text
    page = await supervisor.get(f"/console/messages/{message}/again", headers=HTML)
    assert "Complaints" in page.text
    assert (await post(supervisor, f"/console/messages/{message}/again")).status_code == 303
    assert (await container.interactions.records.get(reference)).team == "CMP"
    assert "Nothing would change." in (await supervisor.get(f"/console/messages/{message}/again", headers=HTML)).text


async def test_learnt_corrections_are_taken_back_and_learnt_again(supervisor: Client, container: Container) -> None:
    await corrected(container)
    for do_one, learned in (("forget", 0), ("teach", 1)):
        page = await supervisor.get("/console/learning", headers=HTML)
        [key] = re.findall(r'id="correction-([^"]+)"', page.text)
        assert (await post(supervisor, "/console/learning", id=key, do=do_one)).status_code == 303
        assert len((await container.configuration.codes.catalogue()).learned) == learned


async def test_the_accuracy_page_tells_what_limits_would_have_done(supervisor: Client, container: Container) -> None:
    await corrected(container)
    page = await supervisor.get("/console/accuracy", headers=HTML)
    assert re.search(r"<th scope=\"row\">0\s?%</th><td class=\"number\">1</td><td class=\"number\">1</td>", page.text)


async def test_signals_are_shown_with_the_words_that_say_them(supervisor: Client, container: Container) -> None:
    accepted = await container.messages.inbox.accept(NewMessage("My cooker hood is on fire, help now!", "WEB"))
    await container.runner.run_until_idle()
    page = (await supervisor.get(f"/console/interactions/{accepted.reference}", headers=HTML)).text
    assert re.search(r"<dt>Danger</dt><dd>\d+\s?% <q[^>]*>[^<]*fire", page)
