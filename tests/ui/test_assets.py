"""Static files: compressed, revalidated, and nothing else of the disk."""

import gzip

import pytest

from frontdesk.ui.assets import FOLDER
from frontdesk.wiring.container import Container
from tests.web_client import Client

pytestmark = pytest.mark.skipif(not (FOLDER / "main.js").exists(), reason="the front end is not built: bin/setup")


async def test_a_file_comes_compressed_where_that_is_understood(customer: Client, container: Container) -> None:
    whole = (FOLDER / "main.css").read_bytes()
    async with customer.stream("GET", "/static/main.css", headers={"Accept-Encoding": "gzip"}) as answer:
        sent = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert len(sent) < len(whole) / 3
    assert gzip.decompress(sent) == whole
    plain = await customer.get("/static/main.css", headers={"Accept-Encoding": "identity"})
    assert plain.content == whole


async def test_a_file_that_is_known_is_not_sent_again(customer: Client) -> None:
    first = await customer.get("/static/main.js")
    again = await customer.get("/static/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_files_with_a_hash_in_their_name_are_kept_for_ever(customer: Client) -> None:
    font = next((FOLDER / "fonts").glob("*.woff2")).name
    assert "immutable" in (await customer.get(f"/static/fonts/{font}")).headers["cache-control"]
    assert (await customer.get("/static/main.js")).headers["cache-control"] == "public, no-cache"


async def test_head_tells_size_and_type_without_the_content(customer: Client) -> None:
    answer = await customer.head("/static/icon.svg", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert int(answer.headers["content-length"]) == (FOLDER / "icon.svg").stat().st_size


@pytest.mark.parametrize(
    "path", ["nothing.js", "../templates/base.html", "..%2ftemplates%2fbase.html", "%2e%2e/x", "/etc/passwd", "%00", ""]
)
async def test_nothing_but_built_files_is_served(customer: Client, path: str) -> None:
    assert (await customer.get(f"/static/{path}")).status_code in (404, 405)
