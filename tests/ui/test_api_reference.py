"""The page of the REST interface shows all of it, and loads nothing from elsewhere."""

import re

from tests.web_client import HTML, Client


async def test_the_page_shows_every_operation_parameter_and_body(customer: Client) -> None:
    page = (await customer.get("/api/v1/docs", headers=HTML)).text
    document = (await customer.get("/api/v1/openapi.json")).json()
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    shown, links = set(re.findall(r'id="([^"]+)"', page)), set(re.findall(r'href="#([^"]+)"', page))
    assert {each["operationId"] for each in operations} <= shown
    assert {f"schema-{name}" for name in document["components"]["schemas"]} <= shown
    assert links <= shown
    assert {
        name
        for each in operations
        for p in each.get("parameters", ())
        if f"<code>{(name := p['name'])}</code>" not in page
    } == set()
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
