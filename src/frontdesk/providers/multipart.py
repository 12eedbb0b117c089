"""Writes forms with a file (multipart/form-data, RFC 7578)."""

import secrets
from collections.abc import Mapping

KINDS = {
    "wav": "audio/wav audio/x-wav audio/wave",
    "mp3": "audio/mpeg audio/mp3",
    "m4a": "audio/mp4 audio/x-m4a",
    "ogg": "audio/ogg audio/opus",
    "webm": "audio/webm video/webm",
    "flac": "audio/flac",
}
ENDINGS = {kind: ending for ending, kinds in KINDS.items() for kind in kinds.split()}


def audio_form(audio: bytes, media_type: str, fields: Mapping[str, str]) -> tuple[bytes, str]:
    """The body and its media type. The file's name is made from the media type, which services go by."""
    plain = media_type.partition(";")[0].strip().lower()
    boundary = secrets.token_hex(16)
    parts = [_part(boundary, f'name="{name}"', value.encode()) for name, value in fields.items()]
    kind = plain if plain in ENDINGS else "application/octet-stream"
    name = f'name="file"; filename="recording.{ENDINGS.get(plain, "wav")}"\r\nContent-Type: {kind}'
    end = f"--{boundary}--\r\n".encode()
    return b"".join([*parts, _part(boundary, name, audio), end]), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, disposition: str, value: bytes) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + value + b"\r\n"
