"""Invented mails as people and programs send them, each with what a good reader finds in it (corpus.jsonl)."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mail import OWN, judged, words_kept
from frontdesk.channels.email.finding import found_in
from frontdesk.channels.email.parsing import mail_of

LINES = (Path(__file__).parent / "corpus.jsonl").read_text("utf-8").strip().split("\n")
CORPUS: dict[str, dict[str, Any]] = {line["name"]: line for line in map(json.loads, LINES)}


@pytest.mark.parametrize("name", CORPUS)
def test_a_mail_is_read_without_a_word_lost_or_misread(name: str) -> None:
    case = CORPUS[name]
    data = case["mail"].encode("latin-1")
    read, [found] = mail_of(data, OWN.addresses), found_in(data, OWN)
    assert not [each for each in judged(case, read, found) if each[1]]
    assert read.report or words_kept(data, read)[0] == 1


def test_the_corpus_is_large_and_speaks_many_languages() -> None:
    assert len(CORPUS) >= 300
    assert len({case["lang"] for case in CORPUS.values()}) >= 15
