"""Payloads as an enemy sends them: cut, of wrong types, too deep, too large, in bad charsets, or plainly noise."""

import json
import random
from collections.abc import Iterator
from typing import Any

NASTY: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**40,
    "",
    "\u0000",
    "\u202e\u0000\ufffd",
    "x" * 5000,
    "'; DROP TABLE work; --",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    [],
    {},
    [[]],
    {"a": {"b": []}},
    [1, "2", None],
    "2026-13-45T99:99:99Z",
    "-0",
)
BYTES = (
    b"",
    b"\x00",
    b"\xff\xfe\x00\x00",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"123",
    b"1e999",
    b"{" * 3000,
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>",
    b"<xml>" * 5000,
    b'{"text": "\xed\xa0\x80"}',
    b'{"text": "\\ud800"}',
    b"a=1&" * 3000,
    b"Body=%00%FF%ZZ&MessageSid=%00",
    b'--x\r\nContent-Disposition: form-data; name="\r\n\r\n',
)


def hostile(good: bytes, dice: random.Random, count: int) -> Iterator[bytes]:
    """So many payloads, most of them made of a good one."""
    yield from BYTES[:count]
    for _ in range(max(0, count - len(BYTES))):
        yield _mutated(good, dice)


def _mutated(good: bytes, dice: random.Random) -> bytes:
    kind = dice.randrange(5)
    if kind == 0:
        return good[: dice.randrange(len(good))]
    if kind == 1:
        place = dice.randrange(len(good))
        return good[:place] + bytes(dice.randrange(256) for _ in range(dice.randrange(1, 8))) + good[place + 1 :]
    if kind == 2:
        place, length = dice.randrange(len(good)), dice.randrange(1, 60)
        return good[:place] + good[place + length :]
    try:
        value = json.loads(good)
    except ValueError:
        place = dice.randrange(len(good))
        nasty = dice.choice([each for each in NASTY if isinstance(each, str)])
        return good[:place] + nasty.encode("utf-8", "surrogatepass") + good[place:]
    for _ in range(dice.randrange(1, 4)):
        value = _changed(value, dice)
    return json.dumps(value).encode()


def _changed(value: Any, dice: random.Random) -> Any:
    """The value with one place of it replaced by something nasty, or left out."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        if dice.random() < 0.15:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: _changed(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.85:
        place = dice.randrange(len(value))
        return [*value[:place], _changed(value[place], dice), *value[place + 1 :]]
    return dice.choice(NASTY)
