"""multipart/mixed bodies of $batch, read and written (OData Protocol 11.7, RFC 2046)."""

import re
import secrets
from collections.abc import Iterator
from http import HTTPStatus

from frontdesk.edges.odata.errors import ODataError
from frontdesk.edges.odata.protocol.exchange import Inner, ODataResponse, change_sets

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_LINE = re.compile(r"([A-Za-z]{1,20}) (\S{1,20000}) HTTP/1\.[01]\s*")
MOST_PARTS = 1000


def read_multipart(body: bytes, content_type: str) -> list[Inner]:
    """The requests of a batch, those of change sets with the set's name. Raises ODataError."""
    found: list[Inner] = []
    for number, (headers, content) in enumerate(_parts(body, content_type)):
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/mixed"):
            changes = [
                _request(h, c, f"set {number}", str(place)) for place, (h, c) in enumerate(_parts(content, kind))
            ]
            if any(each.method == "GET" for each in changes):
                raise ODataError("a change set holds changes, no GET")
            found += changes
        else:
            found.append(_request(headers, content, "", str(number)))
    return found


def _parts(body: bytes, content_type: str) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and content of each part."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise ODataError("the batch names no boundary: write Content-Type: multipart/mixed;boundary=…")
    marker = b"--" + (match[1] or match[2]).encode()
    pieces = re.split(rb"(?:^|\r?\n)" + re.escape(marker), body)
    if len(pieces) < 2 or not any(piece.startswith(b"--") for piece in pieces[1:]):
        raise ODataError("the batch does not end with its boundary: it was cut, or the boundary is another one")
    if len(pieces) > MOST_PARTS:
        raise ODataError(f"a batch has at most {MOST_PARTS} parts")
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return
        head, content = _split(piece.lstrip(b" \t"))
        yield head, content


def _split(piece: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and what follows the empty line."""
    piece = re.sub(rb"^\r?\n", b"", piece, count=1)
    if re.match(rb"\r?\n", piece):
        return {}, re.sub(rb"^\r?\n", b"", piece, count=1)
    parts = re.split(rb"\r?\n\r?\n", piece, maxsplit=1)
    head = parts[0].decode("latin-1")
    headers: dict[str, str] = {}
    for line in re.split(r"\r?\n", head):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return headers, parts[1] if len(parts) > 1 else b""


def _request(headers: dict[str, str], content: bytes, group: str, fallback: str) -> Inner:
    if not headers.get("content-type", "").lower().startswith("application/http"):
        raise ODataError("each part of a batch is application/http, or a change set (multipart/mixed)")
    first, _, rest = content.lstrip(b"\r\n").partition(b"\n")
    match = _LINE.fullmatch(first.decode("utf-8", "replace").rstrip("\r"))
    if match is None:
        raise ODataError(
            f"a part of the batch begins with {first[:60]!r}, not with a request line like GET Customer HTTP/1.1"
        )
    own, body = _split(rest)
    key = headers.get("content-id") or own.get("content-id") or ""
    length = own.get("content-length", "")
    body = body[: int(length)] if length.isdigit() and len(length) < 10 else body
    return Inner(key or (f"#{fallback}" if group else ""), match[1].upper(), match[2], own, body, group)


def write_multipart(answers: list[tuple[Inner, ODataResponse]]) -> ODataResponse:
    """The answers in the same form; those of a change set that was carried out stand in a set of their own."""
    boundary = f"batch_{secrets.token_hex(12)}"
    lines: list[bytes] = []
    for together in change_sets(answers, lambda each: each[0].group):
        inner, answer = together[0]
        lines.append(f"--{boundary}\r\n".encode())
        if inner.group and answer.status < HTTPStatus.BAD_REQUEST:
            lines.append(_change_set(together))
        else:
            lines.append(_part(inner, answer))
    lines.append(f"--{boundary}--\r\n".encode())
    return ODataResponse(200, b"".join(lines), {"Content-Type": f"multipart/mixed;boundary={boundary}"})


def _change_set(together: list[tuple[Inner, ODataResponse]]) -> bytes:
    boundary = f"changeset_{secrets.token_hex(12)}"
    head = f"Content-Type: multipart/mixed;boundary={boundary}\r\n\r\n".encode()
    parts = b"".join(f"--{boundary}\r\n".encode() + _part(inner, answer) for inner, answer in together)
    return head + parts + f"--{boundary}--\r\n".encode()


def _part(inner: Inner, answer: ODataResponse) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if inner.id and not inner.id.startswith("#"):
        lines.append(f"Content-ID: {inner.id}".replace("\r", " ").replace("\n", " "))
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = ""
    lines += ["", f"HTTP/1.1 {answer.status} {reason}", "OData-Version: 4.0"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.body:
        lines.append(f"Content-Length: {len(answer.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + answer.body + b"\r\n"
