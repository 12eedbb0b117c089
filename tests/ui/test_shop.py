"""The demo's shop is there in the demo alone."""

import msgspec
import pytest

from frontdesk.providers.builtin import Builtin
from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import open_container
from tests.web_client import HTML, web_client


@pytest.mark.parametrize(("is_demo", "status"), [(True, 200), (False, 404)])
async def test_the_demo_alone_has_a_shop_with_the_chat(
    settings: Settings, builtin: Builtin, is_demo: bool, status: int
) -> None:
    security = msgspec.structs.replace(settings.security, demo_sign_in=is_demo, demo_token="a token of the demo" * 2)
    own = msgspec.structs.replace(settings, security=security)
    async with open_container(own, builtin) as container, web_client(container) as client:
        page = await client.get("/demo/shop", headers=HTML)
        home = await client.get("/", headers=HTML)
    assert page.status_code == status
    assert ("/widget.js" in page.text, "/demo/shop" in home.text) == (is_demo, is_demo)
