"""The pages speak English and German, completely; who reads decides which."""

import re
from pathlib import Path
from string import Formatter

import polib
import pytest

from frontdesk.ui.languages import FOLDER, LANGUAGES, SCRIPTS, SENTENCES, best, catalogue
from tests.ui.labels import TEMPLATES, in_scripts, labels, refusals, untranslatable
from tests.web_client import HTML, Client, token_in

GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}
BOOKS = sorted(FOLDER.glob("*/*.po"))


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_that_cannot_be_translated(template: Path) -> None:
    assert untranslatable(template.read_text()) == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_label_is_translated(language: str) -> None:
    translated = {
        entry.msgid
        for book in (FOLDER / language).glob("*.po")
        for entry in polib.pofile(str(book))
        if entry.translated()
    }
    assert sorted(labels() - translated) == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_refusal_that_a_page_may_show_is_translated(language: str) -> None:
    wanted = {*refusals()} - {"{0}: {1}"}
    assert len(wanted) > 100
    there = {entry.msgid for entry in polib.pofile(str(FOLDER / language / f"{SENTENCES}.po"))}
    others = {said for said in wanted - there if catalogue(language).translated(said) == said}
    assert sorted(others) == []


def test_a_sentence_is_translated_with_what_stands_in_it() -> None:
    german = catalogue("de")
    assert german.said("version 3 cannot be published: two columns have the same id") == (
        "Version 3 kann nicht veröffentlicht werden: zwei Spalten haben dieselbe id"
    )
    assert german.said("row 2 ('a (b)'), column 'e': unknown action 'x': use one of y") == (
        "Zeile 2 ('a (b)'), Spalte 'e': unbekannte Aktion 'x': verwenden Sie eine von y"
    )
    assert german.said(("German", "Negative", "{0} {1:>9}")) == "Deutsch, Negativ, {0} {1:>9}"
    assert german.said("there is no interaction {0.__class__}\n%s") == "den Vorgang {0.__class__}\n%s gibt es nicht"
    assert german.said("what nobody ever says: x") == "what nobody ever says: x"
    assert german.said("") == ""
    assert german.said("example 1: " * 50_000).startswith("Beispiel 1: Beispiel 1: ")
    hostile = "a sets " * 20_000 + " to " * 20_000 + ", which row" * 20_000
    assert german.said(hostile) == hostile
    assert catalogue("en").said(("a", "b")) == "a, b"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_the_labels_of_scripts_are_where_pages_send_them_from(language: str) -> None:
    assert set(in_scripts()) <= set(catalogue(language).scripts), f"translate them in a file {SCRIPTS}*.po"


@pytest.mark.parametrize("book", BOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_translation_holds_the_same_places_as_its_label(book: Path) -> None:
    for entry in polib.pofile(str(book)):
        for words in [entry.msgstr, *entry.msgstr_plural.values()]:
            if words:
                wanted, given = _places(entry.msgid) | _places(entry.msgid_plural), _places(words)
                assert given <= wanted, entry.msgid
                assert entry.msgid_plural or given == wanted, entry.msgid


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_two_files_do_not_say_the_same_label_differently(language: str) -> None:
    said: dict[tuple[str, str], str] = {}
    for book in (FOLDER / language).glob("*.po"):
        for entry in polib.pofile(str(book)):
            key = entry.msgctxt or "", entry.msgid
            assert said.setdefault(key, entry.msgstr) == entry.msgstr, f"{book.name}: {entry.msgid}"


def _places(text: str) -> set[str]:
    script = {name for _, name, _, _ in Formatter().parse(text) if name} if "{" in text else set()
    return set(re.findall(r"%\((\w+)\)s", text)) | script


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("de", "de"), ("de-AT", "de"), ("fr,de;q=0.5,en;q=0.4", "de"), ("de;q=0.1,en", "en"),
        ("de;q=0", "en"), ("*", "en"), ("xx;q=;;,,de;q=x", "en"), ("," * 5000 + "de", "en"), ("DE-de", "de"),
    ],
)  # fmt: skip
def test_the_browsers_best_language_is_taken(header: str, language: str) -> None:
    assert best(header) == language


async def test_a_page_comes_in_the_readers_language(customer: Client) -> None:
    german, english = await customer.get("/", headers=GERMAN), await customer.get("/")
    assert '<html lang="de">' in german.text
    assert "Nachricht senden" in german.text
    assert '<html lang="en">' in english.text
    assert "Send message" in english.text
    assert "Accept-Language" in german.headers["vary"]


async def test_who_chooses_a_language_keeps_it_and_stays_where_they_are(customer: Client) -> None:
    answer = await customer.post("/language", data={"language": "de", "next": "/sign-in"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Anmelden" in (await customer.get("/sign-in", headers={"Accept-Language": "en"})).text


async def test_somebody_signed_in_can_choose_too(agent: Client) -> None:
    token = token_in(await agent.get("/console"))
    await agent.post("/language", data={"language": "de", "_csrf_token": token})
    assert "Startseite" in (await agent.get("/console")).text


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "\\evil", ""])
async def test_choosing_leads_to_this_site_only(customer: Client, next_: str) -> None:
    answer = await customer.post("/language", data={"language": "de", "next": next_}, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("language", ["", "xx", "../de", "d" * 5000])
async def test_a_language_that_is_none_of_ours_is_refused_in_words(customer: Client, language: str) -> None:
    answer = await customer.post("/language", data={"language": language}, headers=HTML)
    assert answer.status_code == 400
    assert "en, de" in answer.text
