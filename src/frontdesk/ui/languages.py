"""Languages of the pages: gettext catalogues, and which language a reader wants.

The labels in templates, Python and scripts are English and are their own keys. `locales/CODE/*.po` translate them, one
file for each area; what `scripts*.po` hold is sent to the scripts of the pages, and `sentences.po` holds what the rooms
behind the pages say, with numbered places. They are read when the first page in a language is shown, so there is
nothing to compile. docs/how-to/add-a-page.md says how to add labels.
"""

import gettext
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polib  # type: ignore[import-untyped]  # it ships no types
from litestar.connection import ASGIConnection

SOURCE = "en"
LANGUAGES = {"en": "English", "de": "Deutsch"}
COOKIE = "frontdesk_language"
COOKIE_SECONDS = 365 * 24 * 3600
FOLDER = Path(str(files("frontdesk.ui"))) / "locales"
SCRIPTS, SENTENCES = "scripts", "sentences"
LONGEST_HEADER = 500
DEEPEST = 4
PLACE = re.compile(r"\{\d\}")


def N_(text: str) -> str:  # noqa: N802 - gettext's name for a text that is translated where it is shown
    """Mark a text of Python code as a label; the page translates it."""
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said of something: the parts around its places, and the words with the same places."""

    parts: tuple[str, ...]
    words: str

    def places(self, said: str) -> list[str]:
        """What stands in the places, empty where this is another sentence; in one pass, however long the text is."""
        first, *middle, last = self.parts
        at, end, found = len(first), len(said) - len(last), list[str]()
        if not (said.startswith(first) and said.endswith(last)):
            return []
        for part in middle:
            if (next_ := said.find(part, at + 1, end)) < 0:
                return []
            found.append(said[at:next_])
            at = next_ + len(part)
        return [*found, said[at:end]] if at < end else []


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The labels of one language; `scripts` are those that scripts need, by their English text."""

    language: str
    translations: gettext.NullTranslations
    scripts: Mapping[str, str]
    sentences: Sequence[Sentence] = ()

    def translated(self, text: object) -> str:
        """A label in this language; what is no label stays as it is."""
        words = str(text)
        return self.translations.gettext(words) if words else ""

    def said(self, text: object, within: int = 0) -> str:
        """A sentence of another room in this language, what stands in its places too; several come with commas.

        What is no such sentence stays as it is, and what stands deeper `within` others than ours ever do.
        """
        if isinstance(text, tuple):
            return ", ".join(self.said(each) for each in text)
        words = str(text)
        for sentence in self.sentences if within < DEEPEST else ():
            if found := sentence.places(words):
                return sentence.words.format(*(self.said(each, within + 1) for each in found))
        return self.translated(words)


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language of LANGUAGES."""
    entries: dict[tuple[str, str], polib.POEntry] = {}
    scripts: dict[str, str] = {}
    sentences: list[tuple[str, str]] = []
    header: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        book = polib.pofile(str(path))
        header |= book.metadata
        for entry in book.translated_entries():
            entries[entry.msgctxt or "", entry.msgid] = entry
            if path.name.startswith(SCRIPTS):
                scripts[entry.msgid] = entry.msgstr
            elif path.stem == SENTENCES and "{0}" in entry.msgid:
                sentences.append((entry.msgid, entry.msgstr))
    if not entries:
        return Catalogue(language, gettext.NullTranslations(), {})
    together = polib.POFile()
    together.metadata = header | {"Content-Type": "text/plain; charset=UTF-8"}
    together.extend(entries.values())
    words = gettext.GNUTranslations(io.BytesIO(together.to_binary()))
    # Those that say most by themselves come first: what fits them fits shorter ones too.
    sentences.sort(key=lambda each: len(PLACE.sub("", each[0])), reverse=True)
    return Catalogue(language, words, scripts, tuple(Sentence(tuple(PLACE.split(s)), w) for s, w in sentences))


def wanted(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The language of a reader: what they chose, else the best of what their browser asks for, else English."""
    chosen = connection.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else best(connection.headers.get("accept-language", ""))


def best(header: str) -> str:
    """The language of ours that an Accept-Language header (RFC 9110, 12.5.4) likes best."""
    found: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:LONGEST_HEADER].split(",")):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and (weight := _weight(parameter)) > 0:
            found.append((-weight, position, language))
    return min(found)[2] if found else SOURCE


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
