"""Static files of the front end: kept in memory once asked for, compressed, with ETags."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from litestar import HttpMethod, Response, Router, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from frontdesk.model import Role
from frontdesk.ui.services import ROLE, PageRequest

FOLDER = Path(str(files("frontdesk.ui"))) / "static"
# esbuild puts a hash of the content into the names of these.
HASHED = ("chunks/", "fonts/")
COMPRESSED_TYPES = ("text/", "application/json", "image/svg")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    compressed: bytes | None
    media_type: str
    etag: str


def router() -> Router:
    """Serves the files that were built when this process began; nothing else can be asked for."""
    names = frozenset(str(path.relative_to(FOLDER).as_posix()) for path in FOLDER.rglob("*") if path.is_file())

    @route(
        "/{path:path}",
        http_method=[HttpMethod.GET, HttpMethod.HEAD],
        opt={ROLE: Role.ANYONE},
        include_in_schema=False,
        sync_to_thread=True,
    )
    def asset(request: PageRequest, path: FromPath[str]) -> Response[bytes]:
        name = str(path).lstrip("/")
        if name not in names:
            raise NotFoundException(f"there is no file {name[:100]}")
        stat = (FOLDER / name).stat()
        return _answer(request, name, _read(name, stat.st_mtime_ns))

    return Router("/static", route_handlers=[asset])


def file_answer(request: PageRequest, name: str, more: dict[str, str]) -> Response[bytes]:
    """One built file, with more headers. Raises 404 where it was not built."""
    path = FOLDER / name
    if not path.is_file():
        raise NotFoundException(f"{name} was not built: run bin/setup")
    answer = _answer(request, name, _read(name, path.stat().st_mtime_ns))
    answer.headers.update(more)
    return answer


def _answer(request: PageRequest, name: str, asset: Asset) -> Response[bytes]:
    headers = {
        "ETag": asset.etag,
        "Cache-Control": FOR_EVER if name.startswith(HASHED) else ASK_AGAIN,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == asset.etag:
        return Response(b"", status_code=304, headers=headers)
    body = asset.body
    if asset.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.compressed
    return Response(body, status_code=200, media_type=asset.media_type, headers=headers)


@cache
def _read(name: str, _changed: int) -> Asset:
    body = (FOLDER / name).read_bytes()
    suffix = Path(name).suffix
    media_type = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    compressed = gzip.compress(body, 6, mtime=0) if media_type.startswith(COMPRESSED_TYPES) else None
    return Asset(body, compressed, media_type, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
