"""The pages speak English and German, customers' pages French and Spanish too, completely; who reads decides which."""

import json
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import polib
import pytest
from litestar.exceptions import NotFoundException

from frontdesk.edges.problems import document, problem_of
from frontdesk.interfaces import Invalid, NotFound
from frontdesk.interfaces.rules import TableRefused
from frontdesk.model.translatable import Translatable, tr
from frontdesk.orchestrator.rules import compile_content
from frontdesk.ui.languages import CUSTOMERS_ONLY, CUSTOMERS_PAGES, FOLDER, LANGUAGES, N_, SCRIPTS, best, catalogue
from tests.ui.labels import (
    TEMPLATES,
    in_scripts,
    labels,
    of_modules,
    of_templates,
    sentences,
    untranslatable,
    untranslatable_refusals,
)
from tests.web_client import HTML, Client, token_in

GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.8"}
COMPLETE = sorted(LANGUAGES.keys() - CUSTOMERS_ONLY - {"en"})
BOOKS = sorted(FOLDER.glob("*/*.po"))


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_that_cannot_be_translated(template: Path) -> None:
    assert untranslatable(template.read_text()) == []


@pytest.mark.parametrize("language", COMPLETE)
def test_every_label_is_translated(language: str) -> None:
    translated = {
        entry.msgid
        for book in (FOLDER / language).glob("*.po")
        for entry in polib.pofile(str(book))
        if entry.translated()
    }
    assert sorted(labels() - translated) == []


# What customers' pages are made of beside their own templates, and whose refusals they show.
AROUND = ("base.html", "_footer.html", "help_frame.html")
BEHIND = (
    *(
        "ui/submit.py",
        "ui/track.py",
        "ui/steps.py",
        "ui/help_centre.py",
        "ui/helped.py",
        "ui/shop.py",
        "ui/problems.py",
    ),
    *("ui/forms.py", "ui/thread_view.py", "ticketing/submission.py"),
)


@pytest.mark.parametrize("language", sorted(CUSTOMERS_ONLY))
def test_every_label_of_customers_pages_is_translated(language: str) -> None:
    translated = {
        entry.msgid
        for book in (FOLDER / language).glob("*.po")
        for entry in polib.pofile(str(book))
        if entry.translated()
    }
    shown = {*of_templates(*CUSTOMERS_PAGES, *AROUND), *of_modules(*BEHIND)}
    assert len(shown) > 140
    assert sorted(shown - translated) == []


async def test_a_page_of_the_team_is_english_for_who_reads_a_language_of_customers_alone(agent: Client) -> None:
    french = {"Accept-Language": "fr-FR,fr;q=0.9"}
    console, start = await agent.get("/console", headers=french), await agent.get("/", headers=french)
    assert '<html lang="en">' in console.text
    assert "Français" not in console.text
    assert '<html lang="fr">' in start.text
    assert "Envoyer le message" in start.text


@pytest.mark.parametrize("language", COMPLETE)
def test_every_sentence_of_the_rooms_behind_is_translated(language: str) -> None:
    templates = {template for template, _, _ in sentences()}
    assert len(templates) > 200
    translated = {
        entry.msgid
        for book in (FOLDER / language).glob("*.po")
        for entry in polib.pofile(str(book))
        if entry.translated()
    }
    assert sorted(templates - translated) == []


def test_a_sentence_is_given_what_its_template_names() -> None:
    assert [(where, template) for template, given, where in sentences() if _places(template) != given] == []


def test_a_refusal_that_a_page_may_show_can_be_translated() -> None:
    assert sorted(untranslatable_refusals()) == [], "say it with tr()"


def test_a_sentence_is_translated_with_the_sentences_in_it() -> None:
    german = catalogue("de")
    problem = Invalid(tr("two columns have the same id"))
    refusal = Invalid(tr("version {version} cannot be published: {problem}", version=3, problem=problem))
    assert str(refusal) == "version 3 cannot be published: two columns have the same id"
    assert german.said(refusal.text) == ("Version 3 kann nicht veröffentlicht werden: zwei Spalten haben dieselbe id")
    assert catalogue("en").said(refusal.text) == str(refusal)
    assert german.said((N_("German"), Translatable("Negative"), "{0} {1:>9}")) == "Deutsch, Negativ, {0} {1:>9}"


@pytest.mark.parametrize(
    ("stored", "english", "german"),
    [("Complement", "Compliment", "Lob"), ("ServiceRequest", "Service request", "Serviceanfrage")],
)
def test_a_stored_name_is_shown_in_plain_words(stored: str, english: str, german: str) -> None:
    assert catalogue("en").translated(stored) == catalogue("en").scripts[stored] == english
    assert catalogue("de").translated(stored) == catalogue("de").scripts[stored] == german


def test_the_place_and_the_reason_of_a_finding_are_translated() -> None:
    content = json.loads((files("frontdesk.orchestrator") / "rule_sets" / "default.json").read_text("utf-8"))
    table = next(node for node in content["nodes"] if node["type"] == "decisionTableNode")["content"]
    table["rules"][0][table["outputs"][0]["id"]] = "nobody"
    with pytest.raises(TableRefused) as refused:
        compile_content("x", 1, json.dumps(content))
    title, column = table["rules"][0]["_description"], table["outputs"][0]["name"]
    reason = "it reads nobody, but what a row yields is constant: quote a text"
    assert str(refused.value) == f"row 1 ({title!r}), column {column!r}: {reason}"
    german = catalogue("de").said(refused.value.text)
    assert german.startswith(f"Zeile 1 ({title!r}), Spalte {column!r}: sie liest nobody, aber ")


@pytest.mark.parametrize(
    "value", ["two columns have the same id", "Negative", "{0.__class__}", "{number}", "{", "%(reference)s\n%s", ""]
)
def test_what_a_sentence_is_filled_with_stays_as_it_is(value: str) -> None:
    sentence = tr("there is no interaction {reference}", reference=value)
    assert sentence == f"there is no interaction {value}"
    assert catalogue("de").said(sentence) == f"den Vorgang {value} gibt es nicht"
    assert catalogue("de").said(value) == value


@pytest.mark.parametrize("template", ["{", "{}", "{0}", "{other}", "{name.x}", "{name[0]}", "{name:,}", "{name!z}"])
def test_a_template_that_does_not_fit_is_shown_as_it_is(template: str) -> None:
    assert tr(template, name="x") in (template, "x")
    assert catalogue("de").said(tr(template, name="x")) in (template, "x")


@pytest.mark.parametrize("language", COMPLETE)
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


@pytest.mark.parametrize("language", COMPLETE)
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
        ("", "en"), ("de", "de"), ("de-AT", "de"), ("nl,de;q=0.5,en;q=0.4", "de"), ("de;q=0.1,en", "en"),
        ("fr-CA,de;q=0.5", "fr"),
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
    assert "en, de, fr, es" in answer.text


@pytest.mark.parametrize(
    "error",
    [
        NotFound(tr("there is no interaction {reference}", reference="X")),
        NotFoundException(detail=tr("there is no interaction {reference}", reference="X")),
    ],
)
def test_a_problem_is_english_for_programs_and_translatable_for_pages(error: Exception) -> None:
    problem, _ = problem_of(error, "/x")
    assert catalogue("de").said(problem.detail) == "den Vorgang X gibt es nicht"
    assert b'"detail":"there is no interaction X"' in document(problem).content


async def test_a_page_of_a_refusal_comes_in_the_readers_language(agent: Client) -> None:
    answer = await agent.get("/console/interactions/NOSUCH00", headers=HTML | GERMAN)
    assert answer.status_code == 404
    assert '<html lang="de">' in answer.text
    refused = await agent.get("/console/rules", headers=HTML | GERMAN)
    assert "Dafür braucht es die Rolle supervisor" in refused.text
