"""The sentences around what is quoted, in the languages of sentences.toml."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources

DEFAULT = "en"
# How people write a day: of strftime, without names of months, which depend on the system.
_DATES = {"de": "%d.%m.%Y", "nl": "%d-%m-%Y"}
_MONTHS = "January February March April May June July August September October November December"
_OTHER_DATES = "%d/%m/%Y"


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """By name and language."""
    return tomllib.loads(resources.files(__package__).joinpath("sentences.toml").read_text("utf-8"))


def say(name: str, language: str, **values: str) -> str:
    """A sentence in a language, in English where there is none in it."""
    texts = sentences()[name]
    return texts.get(language[:2], texts[DEFAULT]).format_map(values)


def day(when: date, language: str) -> str:
    """A day as people who speak this language write it."""
    if language[:2] == "en":
        # Day and month are told apart by a name: readers of English disagree about their order.
        months = _MONTHS.split()
        return f"{when.day} {months[when.month - 1]} {when.year}"
    return when.strftime(_DATES.get(language[:2], _OTHER_DATES))


def joined(choices: list[str], language: str) -> str:
    """Choices in one line: `A, B or C`."""
    return say("or", language, first=", ".join(choices[:-1]), last=choices[-1]) if len(choices) > 1 else choices[0]
