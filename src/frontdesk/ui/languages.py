"""Languages of the pages: gettext catalogues, and which language a reader wants.

The labels in templates, Python and scripts are English and are their own keys. `locales/CODE/*.po` translate them, one
file for each area. Entries of `scripts*.po` are also sent to the scripts of the pages; `sentences.po` holds the texts
of other packages (see model.translatable). The files are read when the first page in a language is shown, so nothing
is compiled. `locales/en` only replaces stored names of codes by plainer words. docs/how-to/add-a-page.md says how to
add labels.
"""

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polib  # type: ignore[import-untyped]  # it ships no types
from litestar.connection import ASGIConnection

from frontdesk.model.translatable import Joined, Translatable, filled
from frontdesk.ui.cookies import harmless

SOURCE = "en"
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español"}
# Those that only customers' pages are in, and these pages; the others are in English for who reads such a language.
CUSTOMERS_ONLY = frozenset({"fr", "es"})
CUSTOMERS_PAGES = frozenset(
    {
        *("submit.html", "track.html", "track_fragment.html", "help.html", "help_article.html", "help_contact.html"),
        *("_help_found.html", "helped.html", "shop.html", "problem.html"),
    }
)
COOKIE = "frontdesk_language"
COOKIE_SECONDS = 365 * 24 * 3600
FOLDER = Path(str(files("frontdesk.ui"))) / "locales"
SCRIPTS = "scripts"
LONGEST_HEADER = 500


def N_(text: str) -> Translatable:  # noqa: N802 - gettext's name for a text that is translated where it is shown
    """Mark a text of Python code as a label; the page translates it."""
    return Translatable(text)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The labels of one language; `scripts` are those that scripts need, by their English text."""

    language: str
    translations: gettext.NullTranslations
    scripts: Mapping[str, str]

    def translated(self, text: object) -> str:
        """A label in this language; any other text stays as it is."""
        words = str(text)
        return self.translations.gettext(words) if words else ""

    def said(self, text: object) -> str:
        """A translatable text in this language, with its arguments; a tuple is joined with commas. Any other text
        stays as it is.
        """
        if isinstance(text, tuple):
            return self.said(Joined(text))
        if isinstance(text, Joined):
            return self.said(text.between).join(map(self.said, text.parts))
        if not isinstance(text, Translatable):
            return str(text)
        values = {name: self._argument(value) for name, value in text.arguments.items()}
        return filled(self.translated(text.message_id), values) or str(text)

    def _argument(self, value: object) -> object:
        return self.said(value) if isinstance(value, Translatable | Joined) else value


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of a language of LANGUAGES."""
    entries: dict[tuple[str, str], polib.POEntry] = {}
    scripts: dict[str, str] = {}
    header: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        book = polib.pofile(str(path))
        header |= book.metadata
        for entry in book.translated_entries():
            entries[entry.msgctxt or "", entry.msgid] = entry
            if path.name.startswith(SCRIPTS):
                scripts[entry.msgid] = entry.msgstr
    if not entries:
        return Catalogue(language, gettext.NullTranslations(), {})
    together = polib.POFile()
    together.metadata = header | {"Content-Type": "text/plain; charset=UTF-8"}
    together.extend(entries.values())
    words = gettext.GNUTranslations(io.BytesIO(together.to_binary()))
    return Catalogue(language, words, scripts)


def spoken_on(template: str) -> dict[str, str]:
    """The languages that a page is in, with their names."""
    of_customers = template in CUSTOMERS_PAGES
    return {code: name for code, name in LANGUAGES.items() if of_customers or code not in CUSTOMERS_ONLY}


def wanted(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The language of a reader: what they chose, else the best of what their browser asks for, else English."""
    chosen = harmless(connection.cookies, COOKIE)
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
