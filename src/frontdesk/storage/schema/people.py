"""Tables of people: customers, contacts, accounts, their links and sessions, API keys, and views that they saved."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from frontdesk.storage.engines.sealing import SealedSeed
from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Key, Name, Ulid, metadata

customer = Table(
    "customer",
    metadata,
    Column("id", String(10), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("tier", String(40), nullable=False, default="", server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False, default=""),
    Column("email", String(320), nullable=False, default=""),
    Column("phone", String(40), nullable=False, default=""),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    sqlite_autoincrement=True,  # a number that was somebody's is never anybody else's
)

contact_identity = Table(
    "contact_identity",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("address", String(320), primary_key=True),
    Column("contact_id", ForeignKey("contact.id", ondelete="CASCADE"), nullable=False, index=True),
)

account = Table(
    "account",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("email", String(320), nullable=False, unique=True),
    Column("name", Name, nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", Moment, nullable=False),
    Column("teams", Text, nullable=False, server_default=""),
    Column("oidc_subject", String(64), nullable=False, server_default="", index=True),
    Column("totp_secret", SealedSeed, nullable=False, server_default=""),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("recovery_hashes", Text, nullable=False, server_default=""),
)

account_link = Table(
    "account_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("seen_at", Moment),
    Column("method", String(20), nullable=False, server_default="password"),
    Column("place", String(64), nullable=False, server_default=""),
    Column("device", String(200), nullable=False, server_default=""),
    Column("id_token", Text, nullable=False, server_default=""),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("budget_day", BigInteger, nullable=False, server_default="0"),
    Column("budget_month", BigInteger, nullable=False, server_default="0"),
    Column("requests_per_minute", Integer, nullable=False, server_default="0"),
    Column("teams", Text, nullable=False, server_default=""),
    Column("channels", Text, nullable=False, server_default=""),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Ulid, primary_key=True),
    Column("owner", String(100), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("owner", "name"),
)
