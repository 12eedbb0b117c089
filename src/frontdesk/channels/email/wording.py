"""The words of mail programs and servers in many languages, from words.toml."""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))
# Marks of direction, which programs put around names and addresses.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@cache
def words(section: str, name: str = "") -> frozenset[str]:
    """The words of a list, or of all lists of a section."""
    lists = [_DATA[section][name]] if name else _DATA[section].values()
    return frozenset(word.replace("_", " ") for each in lists for word in each.split())


def labels(section: str) -> dict[str, str]:
    """A section as it stands."""
    return dict(_DATA[section])


@cache
def phrases(section: str, name: str) -> re.Pattern[str]:
    """One pattern of a list of patterns in lower case; a blank in one is any white space."""
    each = re.sub(r"\s+", " ", _DATA[section][name].replace("|\n", "|")).replace(" ", r"\s+")
    return re.compile(f"(?:{each})", re.IGNORECASE)


@cache
def _named(name: str) -> re.Pattern[str]:
    return re.compile(f"(?<![a-z])(?:{'|'.join(map(re.escape, sorted(words('senders', name))))})(?![a-z])")


def is_named(address: str, name: str) -> bool:
    """Whether the local part of an address has a word of this list of senders."""
    return _named(name).search(address.partition("@")[0].lower().partition("+")[0]) is not None


def plain(line: str) -> str:
    """A line without what is not seen, in lower case, with one kind of blank and apostrophe."""
    return " ".join(_UNSEEN.sub("", line).replace("’", "'").lower().split())


def is_forward(subject: str) -> bool:
    """Whether a subject begins with the prefix of a forwarded mail."""
    return _prefix(subject) in words("subjects", "forward")


def is_reply(subject: str) -> bool:
    """Whether a subject begins with the prefix of an answer."""
    return _prefix(subject) in words("subjects", "reply")


def _prefix(subject: str) -> str:
    """What stands before the first colon, without a number such as [2]."""
    head, colon, _ = subject[:60].replace("：", ":").partition(":")
    return re.sub(r"\s*[\[(]\d{1,3}[\])]|[\^*]\d{1,3}", "", plain(head)) if colon else ""
