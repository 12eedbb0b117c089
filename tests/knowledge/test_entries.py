"""Records become articles: what is missing is made up, odd spellings are understood, and what is unsafe is refused."""

from typing import Any

import pytest

from frontdesk.interfaces import Invalid
from frontdesk.knowledge.differing import Edit, differences
from frontdesk.knowledge.entries import Defaults, article_of
from frontdesk.knowledge.markdown import as_html
from frontdesk.model.knowledge import Article, Audience

DEFAULTS = Defaults(lambda _text: "en")


def made(**fields: Any) -> Article:
    return article_of({"body": "Within 30 days.", **fields}, DEFAULTS)


def test_a_question_and_its_answer_are_an_article_with_the_same_id_each_time() -> None:
    first = article_of({"question": "How long?", "answer": "30 days."}, DEFAULTS)
    second = article_of({"question": "How long?", "answer": "14 days."}, DEFAULTS)
    assert (first.title, first.questions, first.id) == ("How long?", ("How long?",), second.id)
    assert made(question="A\nB?", questions=["A B?", "C?"]).questions == ("A B?", "C?")


@pytest.mark.parametrize(("given", "stored"), [("DE", "de"), ("pt_BR", "pt-BR"), ("", "en"), (None, "en")])
def test_a_language_is_stored_as_its_code(given: str | None, stored: str) -> None:
    assert made(language=given).language == stored


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " data:text/html,x", "//evil.example", "java\nscript:x", "ftp://x", "a b"]
)
def test_an_address_that_no_page_should_link_to_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as error:
        made(url=url)
    assert error.value.field == "url"


@pytest.mark.parametrize("url", ["https://example.com/a?b=c#d", "/help/returns", "help/returns.html", "#returns", ""])
def test_an_address_of_the_web_or_a_path_is_kept(url: str) -> None:
    assert made(url=url).url == url


def test_the_text_is_kept_to_the_character_and_case_of_codes_does_not_matter() -> None:
    body = "  Line one\r\n\r\n\tline two \u00a0 "
    assert made(body=body, audience="Internal").body == body
    assert made(audience="INTERNAL").audience is Audience.INTERNAL
    with pytest.raises(Invalid, match="audience is one of public, internal"):
        made(audience="agents")


def test_what_differs_is_told_word_by_word() -> None:
    after = made(body="Within 14 days.", title="Returns", tags=["law"])
    found = {each.field: each.pieces for each in differences(made(title="Returns"), after)}
    assert found.keys() == {"body", "tags"}
    changed = [(each.edit, each.text) for each in found["body"] if each.edit is not Edit.SAME]
    assert changed == [(Edit.REMOVED, "30"), (Edit.ADDED, "14")]


def test_markdown_brings_no_markup_of_its_author() -> None:
    shown = as_html("<img src=x onerror=alert(1)> [a](JaVaScRiPt:alert(1)) ![b](https://example.com/b.png)\n\n    <b>")
    assert "<img" not in shown
    assert "<b>" not in shown
    assert 'href="J' not in shown
