"""How people sign in: single sign-on, second factors, links by mail, sessions with where and when; what keys reach."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Ulid

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ADDED = (
    ("account", "teams", sa.Text(), ""),
    ("account", "oidc_subject", sa.String(64), ""),
    ("account", "totp_secret", sa.String(64), ""),
    ("account", "totp_step", sa.BigInteger(), "0"),
    ("account", "recovery_hashes", sa.Text(), ""),
    ("session", "seen_at", Moment, None),
    ("session", "method", sa.String(20), "password"),
    ("session", "place", sa.String(64), ""),
    ("session", "device", sa.String(200), ""),
    ("session", "id_token", sa.Text(), ""),
    ("api_key", "teams", sa.Text(), ""),
    ("api_key", "channels", sa.Text(), ""),
    ("api_key", "expires_at", Moment, None),
    ("api_key", "last_used_at", Moment, None),
)


def upgrade() -> None:
    """To this revision. Who had no second factor has none; keys that are there end never and reach everything."""
    for table, name, kind, default in ADDED:
        op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index("ix_account_oidc_subject", "account", ["oidc_subject"])
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("account_id", Ulid, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
    )
    op.create_index("ix_account_link_account_id", "account_link", ["account_id"])
    op.create_index("ix_account_link_expires_at", "account_link", ["expires_at"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("account_link")
    op.drop_index("ix_account_oidc_subject", "account")
    for table, name, *_ in ADDED:
        op.drop_column(table, name)
