"""A web site of somebody else, on another origin, with the strictest policy that the widget can live under."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A shop</title><script src="{server}/widget.js" {attributes}></script></head>
<body><main><h1>A shop</h1><p>It sells coffee machines.</p><a href="#more">More</a></main></body></html>"""
POLICY = (
    "default-src 'none'; script-src {server}; connect-src {server}; require-trusted-types-for 'script'; "
    "trusted-types 'none'; form-action 'none'; base-uri 'none'"
)


class Shop:
    """The site: its address, and what its page says in the widget's tag."""

    def __init__(self) -> None:
        """Begin to serve."""
        shop = self
        self.server, self.attributes, self.language = "", "", "en"

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", POLICY.format(server=shop.server))
                self.end_headers()
                if self.path == "/":
                    self.wfile.write(PAGE.format(**vars(shop)).encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """The site, open."""
    opened = Shop()
    yield opened
    opened.close()
