"""The word table in a file gives the same vectors, and a broken or unusable file does no harm."""

from pathlib import Path

import numpy as np
import pytest

from frontdesk.engine import Engine
from frontdesk.engine.mapped_table import MappedTable, mapped

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
