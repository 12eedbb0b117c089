"""The table of the audit trail: lines are appended, never changed; the database refuses all else."""

from sqlalchemy import Column, Connection, String, Table, Text, text

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Key, Name, metadata

audit_record = Table(
    "audit_record",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("kind", String(60), nullable=False),
    Column("by", Name, nullable=False),
    Column("place", String(64), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("detail", Text, nullable=False),
    Column("digest", String(64), nullable=False),
)
# The number of the last line that is no longer kept; the retention of the trail writes it before it deletes.
GONE = "audit_gone"
_IS_GONE = "OLD.id <= COALESCE((SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'audit_gone'), 0)"
_ON_SQLITE = (
    "CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END",
    f"CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record WHEN NOT ({_IS_GONE}) "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END",
)
_ON_POSTGRESQL = (
    "CREATE FUNCTION audit_record_only_appended() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN IF TG_OP = 'DELETE' THEN IF {_IS_GONE} THEN RETURN OLD; END IF; END IF; "
    "RAISE EXCEPTION 'the audit trail is only appended to'; END $$",
    "CREATE TRIGGER audit_record_no_change BEFORE UPDATE OR DELETE ON audit_record "
    "FOR EACH ROW EXECUTE FUNCTION audit_record_only_appended()",
)


def guard(connection: Connection) -> None:
    """Let the database refuse changes of lines. SAP HANA has the chain of digests alone."""
    guards = {"sqlite": _ON_SQLITE, "postgresql": _ON_POSTGRESQL}
    for statement in guards.get(connection.dialect.name, ()):
        connection.execute(text(statement))
