"""The word table in a file gives the same vectors, and a broken or unusable file does no harm."""

from array import array
from pathlib import Path

import numpy as np
import pytest

from frontdesk.engine import Engine
from frontdesk.engine.language import LanguageReader
from frontdesk.engine.mapped_table import MappedTable, mapped, mapped_numbers

TABLE = np.arange(12_000, dtype=np.uint8).reshape(100, 120)


def test_the_shelved_table_is_the_table(tmp_path: Path) -> None:
    found = mapped(TABLE, tmp_path, "t")
    assert isinstance(found, MappedTable)
    assert np.array_equal(found[range(100)], TABLE)


def test_the_file_is_written_once(tmp_path: Path) -> None:
    mapped(TABLE, tmp_path, "t")
    [file] = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    mapped(TABLE, tmp_path, "t")
    assert [each.stat().st_mtime_ns for each in tmp_path.iterdir()] == [written]


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    mapped(TABLE, tmp_path, "t")
    [file] = tmp_path.iterdir()
    file.write_bytes(b"\0" * TABLE.nbytes)
    assert np.array_equal(mapped(TABLE, tmp_path, "t")[np.array([7, 7, 99])], TABLE[[7, 7, 99]])


def test_a_folder_that_cannot_be_used_costs_only_memory(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    assert np.array_equal(mapped(TABLE, in_the_way / "cache", "t"), TABLE)


@pytest.mark.slow
def test_an_engine_with_a_cache_says_the_same(tmp_path: Path) -> None:
    texts = ["My oven is broken and I am angry.", "Wo bleibt mein Paket?"]
    assert np.array_equal(Engine.load(tmp_path).embed(texts), Engine.load().embed(texts))


def test_numbers_in_a_file_are_the_numbers(tmp_path: Path) -> None:
    numbers = array("I", range(0, 4_000_000_000, 1_000_003))
    found = mapped_numbers(numbers, tmp_path, "n")
    assert isinstance(found, memoryview)
    assert list(found) == list(numbers)


@pytest.mark.slow
def test_languages_are_told_alike_from_a_file(tmp_path: Path) -> None:
    texts = ["Wo ist mein Paket geblieben?", "Il frigorifero non funziona", "Dzie\u0144 dobry, nie dzia\u0142a"]
    assert [LanguageReader(tmp_path).read(each) for each in texts] == [LanguageReader().read(each) for each in texts]
