"""Whether other users of this machine can read what is kept here."""

import os
import stat
from pathlib import Path

from sqlalchemy.engine import URL

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_to_others(folder: Path, url: URL) -> list[str]:
    """What to tell the operator of a data folder, and of a SQLite file outside of it, that others can open."""
    if os.name == "nt":  # its permissions are lists, which mode bits say nothing about
        return []
    file = Path(url.database or "") if url.get_backend_name() == "sqlite" else folder
    places = [folder] if file == folder or folder in file.parents else [folder, file]
    return [_told(place, mode) for place in places if (mode := _mode(place)) & OTHERS]


def _told(place: Path, mode: int) -> str:
    return (
        f"OTHERS CAN READ CUSTOMERS' DATA: {place} is open to other users of this machine (mode {mode:04o}): "
        f"run chmod -R go= {place}"
    )


def _mode(place: Path) -> int:
    try:
        return stat.S_IMODE(place.stat().st_mode)
    except OSError:
        return 0
