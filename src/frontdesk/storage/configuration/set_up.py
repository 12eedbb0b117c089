"""What was set up on pages, on a database: settings in clear, secrets encrypted, every change in the audit trail.

Secrets are encrypted with `storage.attachment_key`. Where there is none and the database is SQLite, a key is made in
the data folder when the first secret comes; elsewhere several machines would need it, so secrets are refused.
"""

import base64
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from frontdesk.interfaces import Clock, Invalid, NotFound, Stale
from frontdesk.model.set_up import EntryKind, SetUpEntry
from frontdesk.model.translatable import tr
from frontdesk.storage.configuration.codes import read_stamp, touch
from frontdesk.storage.engines.database import Database
from frontdesk.storage.engines.sealing import KEY, SETTING, Sealer, sealer_of
from frontdesk.storage.pipeline.audit import append
from frontdesk.storage.schema.configuration import set_up_entry

STAMP, CHANGED = "set_up", "set_up_changed"
PURPOSE, KEY_FILE = b"fd-set-up-1\0", "set-up.key"


class StoredSetUp:
    """Entries on a database."""

    def __init__(self, database: Database, clock: Clock, keys: str, folder: Path | None) -> None:
        """`keys` as in the setting; `folder` is where a key may be made, None for nowhere."""
        self._database, self._clock, self._keys = database, clock, keys
        self._file = folder / KEY_FILE if folder else None

    async def stamp(self) -> str:
        """Changes with every entry; cheap."""
        return await self._database.read(lambda c: read_stamp(c, STAMP))

    async def all(self) -> tuple[SetUpEntry, ...]:
        """All entries, by kind and name. One whose secrets cannot be read says so."""
        rows = select(set_up_entry).order_by(set_up_entry.c.kind, set_up_entry.c.name)
        sealer = self._sealer()
        found = await self._database.read(lambda c: c.execute(rows).mappings().all())
        return tuple(_entry(row, sealer) for row in found)

    async def put(self, entry: SetUpEntry, by: str) -> None:
        """Store an entry over its `version`, 0 for a new one. Raises Stale where somebody else was quicker, Invalid
        where there is no key for its secrets."""
        sealed = self._sealed(entry.secrets) if entry.secrets else None
        await self._database.write(lambda c: self._put(c, entry, sealed, by))

    async def remove(self, kind: EntryKind, name: str, by: str) -> None:
        """Forget an entry with its secrets. Raises NotFound."""

        def operation(connection: Connection) -> None:
            if not connection.execute(delete(set_up_entry).where(*_is(kind, name))).rowcount:
                raise NotFound(tr("there is no entry {name} of this kind", name=name[:40]))
            self._note(connection, kind, name, by, {"removed": True})

        await self._database.write(operation)

    def _put(self, connection: Connection, entry: SetUpEntry, sealed: bytes | None, by: str) -> None:
        mine = _is(entry.kind, entry.name)
        row = connection.execute(select(set_up_entry).where(*mine).with_for_update()).mappings().first()
        before = _entry(row, self._sealer()) if row else SetUpEntry(entry.kind, entry.name, {})
        if before.version != entry.version:
            raise Stale(tr("{by} changed it meanwhile: see what is there now, then save again", by=before.by or "-"))
        values: dict[str, Any] = {"settings": dict(entry.settings), "secrets": sealed, "paused": entry.paused}
        values |= {"version": entry.version + 1, "by": by, "at": self._clock()}
        if row:
            connection.execute(update(set_up_entry).where(*mine).values(**values))
        else:
            connection.execute(insert(set_up_entry), [{"kind": entry.kind.value, "name": entry.name, **values}])
        self._note(connection, entry.kind, entry.name, by, _difference(before, entry))

    def _note(self, connection: Connection, kind: EntryKind, name: str, by: str, detail: Mapping[str, Any]) -> None:
        append(connection, self._clock(), CHANGED, by, subject=f"{kind} {name}", detail=detail)
        touch(connection, STAMP)

    def _sealer(self) -> Sealer | None:
        """For the keys there are, the setting's first."""
        own = self._file.read_text("ascii") if self._file and self._file.is_file() else ""
        return sealer_of(f"{self._keys} {own}")

    def _sealed(self, secrets: Mapping[str, str]) -> bytes:
        if not (self._keys or self._file):
            words = tr("secrets can be kept only under a key: whoever runs the service sets {setting}", setting=SETTING)
            raise Invalid(words, next(iter(secrets)))
        if not self._keys and self._file and not self._file.is_file():
            _make_key(self._file)
        sealer = self._sealer()
        assert sealer is not None
        return sealer.seal(msgspec.json.encode(secrets), PURPOSE)


def _make_key(file: Path) -> None:
    """Make a key unless there is one; nobody ever sees a part of it, whatever ends this process."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.") as whole:  # it is its owner's alone
        whole.write(base64.b64encode(os.urandom(KEY)).decode())
        whole.flush()
        os.fsync(whole.fileno())
        with suppress(FileExistsError):
            os.link(whole.name, file)


def _is(kind: EntryKind, name: str) -> tuple[Any, ...]:
    return set_up_entry.c.kind == kind.value, set_up_entry.c.name == name


def _entry(row: RowMapping, sealer: Sealer | None) -> SetUpEntry:
    known = {name: row[name] for name in ("name", "settings", "version", "paused", "by", "at")}
    entry = SetUpEntry(EntryKind(row["kind"]), **known)
    if row["secrets"] is None:
        return entry
    with suppress(Invalid):
        if sealer is not None:
            return replace(entry, secrets=msgspec.json.decode(sealer.unseal(bytes(row["secrets"]), PURPOSE)))
    return replace(entry, problem=tr("its secrets cannot be decrypted: no key of {setting} fits", setting=SETTING))


def _difference(before: SetUpEntry, after: SetUpEntry) -> dict[str, Any]:
    """What changed, secrets by name alone."""
    names = sorted(before.settings.keys() | after.settings.keys())
    changes = {name: [before.settings.get(name), after.settings.get(name)] for name in names}
    told: dict[str, Any] = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    hidden = before.secrets.keys() | after.secrets.keys()
    replaced = sorted(name for name in hidden if before.secrets.get(name) != after.secrets.get(name))
    paused = {"paused": after.paused} if before.paused != after.paused else {}
    return told | ({"secrets": replaced} if replaced else {}) | paused
