"""Keeps large tables of the reader in files, of which a message needs a few rows.

The encoder's word table has 65 MB, of which a message needs a few dozen rows of 512 bytes. In a file it is in the
system's page cache, once for all processes of a machine. (Mapped into memory it would count for each process.) The
language statistics' table of 42 MB is walked number by number, so it is mapped: only the pages that are walked count.
"""

import mmap
import os
import zlib
from array import array
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.uint8]


class MappedTable:
    """A table of bytes in a file; `table[rows]` is what the array would give. Threads may share it."""

    def __init__(self, path: Path, width: int) -> None:
        """Rows of `width` bytes in the file at `path`."""
        self._file = path.open("rb", buffering=0)
        self._width = width

    def __getitem__(self, rows: Iterable[int]) -> Table:
        """One row of the answer for each number in `rows`."""
        number, width = self._file.fileno(), self._width
        found = b"".join([os.pread(number, width, int(row) * width) for row in rows])
        return np.frombuffer(found, np.uint8).reshape(-1, width)


def mapped(table: Table, folder: Path, name: str) -> Table | MappedTable:
    """The table from a file in `folder`, which is written if it is missing or differs.

    If the folder cannot be used, the table itself is returned, which only costs memory.
    """
    try:
        return MappedTable(_in_file(table.data, folder, name), table.shape[1])
    except OSError:
        return table


def mapped_numbers(numbers: "array[int]", folder: Path, name: str) -> "array[int] | memoryview[int]":
    """The same for numbers of four bytes that are read one at a time."""
    try:
        with _in_file(memoryview(numbers), folder, name).open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("I")
    except OSError:
        return numbers


def _in_file(data: memoryview, folder: Path, name: str) -> Path:
    """The file in `folder` with these bytes."""
    path = folder / f"{name}-{zlib.crc32(data):08x}.table"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _holds(path, data.nbytes):
        _write(path, data)
    return path


def _holds(path: Path, size: int) -> bool:
    """Whether the file has the very bytes that its name tells."""
    if not path.is_file() or path.stat().st_size != size:
        return False
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            checksum = zlib.crc32(chunk, checksum)
    return path.stem.endswith(f"{checksum:08x}")


def _write(path: Path, data: memoryview) -> None:
    """Write beside it, then put it in place at once: another process may be reading."""
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
