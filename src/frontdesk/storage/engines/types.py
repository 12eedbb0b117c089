"""Column types that mean the same on SQLite, PostgreSQL and SAP HANA."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine
from typing_extensions import override


class Moment(TypeDecorator[datetime]):
    """A time in UTC: timestamptz on PostgreSQL; elsewhere text of fixed width, so that it sorts by time."""

    impl = String(27)
    cache_ok = True

    @property
    @override
    def python_type(self) -> type[datetime]:
        """What a cursor reads a place of this column as."""
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the database at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write UTC; a time without zone is a mistake of ours."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read UTC with zone."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value)


# Text that is compared: SAP HANA compares and sorts no large objects, and takes a bare NVARCHAR for one character.
COMPARED = 5000
Words = Text().with_variant(String(COMPARED), "hana")
AnyString = String().with_variant(String(COMPARED), "hana")

Json = JSON().with_variant(JSONB(), "postgresql")
