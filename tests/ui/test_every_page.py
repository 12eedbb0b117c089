"""Every page in a real browser: at three widths, light and dark, in both languages, with axe and by keyboard.

The pages are those that the application routes: a new one is either in PAGES or says in PARTS that it is none.
"""

import re
from typing import Literal

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from playwright.sync_api import Page, expect

from frontdesk.wiring.container import Container
from frontdesk.wiring.web import create_web
from tests.ui.conftest import Server
from tests.ui.console.test_rules_browser import AXE, page, say, server, team_of
from tests.ui.test_browser import browser, shoot

__all__ = ["browser", "page", "server"]  # the fixtures

WIDTHS = (1280, 768, 390)
LOOKS: tuple[tuple[Literal["light", "dark"], str], ...] = (("light", "en"), ("dark", "de"))
MOST_STOPS = 800
PAGES = {
    "/": "/",
    "/track": "/track",
    "/track/{reference:str}": "/track/{reference}",
    "/account": "/account",
    "/first-start": "/sign-in",  # there is none once somebody has an account
    "/forgotten-password": "/sign-in",  # there is none without a mail server
    "/set-password": "{link}",
    "/sign-in": "/sign-in",
    "/console": "/console",
    "/console/accuracy": "/console/accuracy",
    "/console/assignment": "/console/assignment",
    "/console/audit": "/console/audit",
    "/console/answers": "/console/answers",
    "/console/articles": "/console/articles",
    "/console/articles/article": "/console/articles/article?id={article}",
    "/console/articles/article/difference": "/console/articles/article/difference?id={article}&version=2",
    "/console/configuration": "/console/configuration",
    "/console/configuration/channels": "/console/configuration/channels",
    "/console/configuration/channels/{name:str}": "/console/configuration/channels/email",
    "/console/configuration/connectors": "/console/configuration/connectors",
    "/console/configuration/connectors/{name:str}": "/console/configuration/connectors/order_service",
    "/console/configuration/model-services": "/console/configuration/model-services",
    "/console/configuration/model-services/{name:str}": "/console/configuration/model-services/main",
    "/console/configuration/lists/{which:str}": "/console/configuration/lists/intent?code=TI",
    "/console/configuration/templates/{name:str}": "/console/configuration/templates/{template}",
    "/console/customers/{customer_id:str}": "/console/customers/{customer}",
    "/console/effects": "/console/effects",
    "/console/first-steps": "/console/first-steps",
    "/console/history": "/console/history",
    "/console/insights": "/console/insights?period=all",
    "/console/insights/rows": "/console/insights/rows?measure=interactions&period=all",
    "/console/interactions": "/console/interactions",
    "/console/interactions/{reference:str}": "/console/interactions/{reference}",
    "/console/learning": "/console/learning",
    "/console/keys": "/console/keys",
    "/console/keys/{key_id:str}": "/console/keys/{key}",
    "/console/macros": "/console/macros",
    "/console/models": "/console/models",
    "/console/privacy": "/console/privacy",
    "/console/orders": "/console/orders",
    "/console/products": "/console/products",
    "/console/configuration/timing": "/console/configuration/timing",
    "/console/configuration/timing/{kind:str}/{name:str}": "/console/configuration/timing/levels/-",
    "/console/rules": "/console/rules",
    "/console/rules/explain": "/console/rules/explain?reference={reference}",
    "/console/rules/{version:int}": "/console/rules/2",
    "/console/users": "/console/users",
    "/console/users/{account_id:str}": "/console/users/{user}",
    "/console/use-cases": "/console/use-cases",
    "/console/use-cases/{name:str}": "/console/use-cases/sentiment-analysis",
    "/demo/shop": "/demo/shop",
    "/help": "/help",
    "/help/articles/{article_id:str}": "/help/articles/returns",
    "/help/contact": "/help/contact",
}
NOTHING = "/console/nothing-there"
# Parts of pages, streams, files; /desk is where the old address of the console leads on from, and the page of a link in
# a mail opens with that link alone.
PARTS = (
    "/fragment",
    "/events",
    "/rows",
    "/count",
    "/why",
    "/reading",
    "/suggestion",
    "/audio",
    "/again",
    ".csv",
    ".xlsx",
    ".js",
    ".xml",
    ".css",
    "/help/search",
    "/logo",
    "/desk",
    "/helped/{message_id:str}",
)
PROGRAMS = ("/sign-in/openid", "/api/", "/llm/", "/schema", "/static/", "/health", "/ready", "/metrics", "/webhooks/")


async def test_every_routed_page_is_looked_at(container: Container) -> None:
    app: Litestar = await create_web(container)
    routed = {route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods}
    pages = {path for path in routed if not path.startswith(PROGRAMS) and (path in PAGES or not path.endswith(PARTS))}
    assert pages == PAGES.keys()


@pytest.fixture
def places(server: Server, page: Page) -> dict[str, str]:
    """What the addresses of PAGES name, once a message has been handled and others have come."""
    api = f"{server.url}/api/v1"
    httpx.post(f"{api}/customers", json={"id": "77", "name": "Harbour Café with a rather long name Ltd"})
    asked = {"text": f"Error E18, order 4500012345. Broken! {'long' * 60}", "sender": {"customer_no": "77"}}
    reference = str(httpx.post(f"{api}/messages", json=asked).json()["reference"])
    say(server, "Guten Tag, wo bleibt meine Lieferung?")
    team_of(page, server, reference)
    page.goto("/console/rules")
    page.get_by_role("button", name="New draft from version 1").click()
    known(api)
    access = let_in(page)
    return access | {"reference": reference, "template": "service_call_created", "customer": "77", "article": "returns"}


def let_in(page: Page) -> dict[str, str]:
    """Somebody who was invited, and a key."""
    page.goto("/console/keys")
    page.get_by_label("Name").fill(f"web shop {'long ' * 15}")
    page.get_by_label("Scopes").fill("api")
    page.get_by_label("Channels").fill("WEB EMI")
    page.get_by_role("button", name="Make a key").click()
    key = str(page.get_by_role("link", name=re.compile("^web shop")).get_attribute("href"))
    page.goto("/console/users")
    page.get_by_label("E-mail").fill(f"{'k' * 60}@example.com")
    page.get_by_label("Name").fill("Kim with a rather long name " * 3)
    page.get_by_label("Technicians").check()
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_role("status").first.locator("code").inner_text()
    user = str(page.get_by_role("link", name=re.compile("^Kim with")).get_attribute("href"))
    named = {"key": key.rpartition("/")[2], "user": user.rpartition("/")[2]}
    return named | {"link": link[link.index("/set-password") :]}


def known(api: str) -> None:
    """An article in two versions, a product and an order."""
    article = {
        "title": "Returns",
        "body": f"# Returns\n\n- 30 days\n\n|a|b|\n|-|-|\n|1|{'wide' * 60}|\n",
        "language": "en",
    }
    httpx.put(f"{api}/articles/returns", json=article)
    changed = article | {"body": "14 days", "questions": ["How long?"], "review_on": "2020-01-01"}
    httpx.put(f"{api}/articles/returns", json=changed, headers={"If-Match": '"1"'})
    httpx.put(f"{api}/articles/inside", json=article | {"audience": "internal", "state": "draft"})
    attributes = [{"name": "capacity", "value": "8", "unit": "kg"}]
    httpx.put(f"{api}/products/LS-8", json={"name": "LavaStar 8", "aliases": ["long" * 40], "attributes": attributes})
    order = {"state": "shipped", "name": "Kim", "email": f"{'k' * 60}@example.com", "ordered_on": "2026-01-31"}
    httpx.put(
        f"{api}/orders/558431", json=order | {"lines": [{"product": "LS-8"}], "tracking_url": "https://example.com"}
    )


@pytest.mark.browser
def test_pages_fit_say_what_they_are_and_axe_finds_nothing_serious(
    page: Page, server: Server, places: dict[str, str]
) -> None:
    flaws: list[str] = []
    for route, address in (PAGES | {NOTHING: NOTHING}).items():
        page = page if route != NOTHING else page.context.new_page()  # it is no error there that it is not found
        for scheme, language in LOOKS:
            page.context.add_cookies([{"name": "frontdesk_language", "value": language, "url": server.url}])
            page.emulate_media(color_scheme=scheme)
            opened(page, address.format(**places))
            page.evaluate(AXE)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                where = f"{route} at {width}, {scheme}, {language}"
                flaws += [f"{where}: {flaw}" for flaw in flaws_of(page)]
                if width == WIDTHS[-1]:
                    shoot(page, f"every-{re.sub('[^a-z]+', '-', route).strip('-') or 'start'}-{scheme}")
    assert not flaws, "\n".join(flaws)


@pytest.mark.browser
def test_the_keyboard_reaches_whatever_can_be_used_and_shows_where_it_is(page: Page, places: dict[str, str]) -> None:
    flaws: list[str] = []
    for route, address in PAGES.items():
        opened(page, address.format(**places))
        flaws += [f"{route}: {flaw}" for flaw in walked(page)]
    assert not flaws, "\n".join(flaws)


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def flaws_of(page: Page) -> list[str]:
    """What stands out to the right, once the shell has found its place, and what axe-core finds serious."""
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
    flaws = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in serious]
    for _ in range(200):
        if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            return flaws
        page.wait_for_timeout(50)
    return [*flaws, "is wider than the window"]


def walked(page: Page) -> list[str]:
    """What Tab does not reach or shows no focus on, before it has gone all the way round."""
    page.evaluate(TAB_STOPS)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(IS_ROUND):
            return list(page.evaluate(FLAWS))
    return ["Tab does not come round again"]


TAB_STOPS = """() => {
  const alone = (each) => each.type !== "radio" || each.checked;
  const all = "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex='0']";
  window.stops = [...document.querySelectorAll(all)].filter((each) => alone(each) && each.tabIndex >= 0 &&
    each.checkVisibility({ visibilityProperty: true }) && !each.closest("[inert]"));
  window.reached = new Set();
  window.ringless = new Set();
}"""
# A date has several places to stop; the window itself is one between the last and the first.
IS_ROUND = """() => {
  const now = document.activeElement;
  if (now === [...window.reached][0] && window.last !== now) return true;
  window.last = now;
  if (now === document.body) return false;
  window.reached.add(now);
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(now);
  const isRinged = boxShadow !== "none" || (outlineStyle !== "none" && parseFloat(outlineWidth) > 0);
  if (!isRinged && !now.shadowRoot) window.ringless.add(now);
  return false;
}"""
FLAWS = """() => [
  ...window.stops.filter((each) => !window.reached.has(each)).map((each) => `not reached: ${each.outerHTML}`),
  ...[...window.ringless].map((each) => `no ring: ${each.outerHTML}`),
].map((each) => each.slice(0, 160))"""
