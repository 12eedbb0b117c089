"""Keys of cached answers. The cache holds answers to masked questions, before originals are put back."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from frontdesk.llm.documents import with_texts
from frontdesk.llm.routes import Route
from frontdesk.llm.use_case import UseCase

_SPACES = re.compile(r"\s+")


def key_of(use_case: UseCase, route: Route, masked: Mapping[str, Any], stamp: str) -> str:
    """The cache key of a question. It depends on version, model, lists (by stamp) and text; not on kinds of spaces."""
    lists = stamp if use_case.lists else ""
    parts = [use_case.name, use_case.version, use_case.body.answer, route.name, lists, with_texts(masked, _normal)]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


def _normal(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
