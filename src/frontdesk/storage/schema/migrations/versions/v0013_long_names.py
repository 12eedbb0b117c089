"""Names of whoever did something are as long as those of accounts may be; words of long interactions in parts."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.search.documents import create_parts

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SHORT, LONG = sa.String(100), sa.String(200)
SHORT_POT, LONG_POT = sa.String(170), sa.String(220)
NAMED = {
    "interaction": ("created_by", "modified_by"),
    "outbound_message": ("processed_by",),
    "correction": ("by",),
    "journal": ("by",),
    "rule_set": ("created_by", "published_by"),
    "rule_publication": ("by",),
    "intent_draft": ("created_by", "changed_by"),
    "use_case_version": ("by",),
    "model_call": ("caller",),
}


def upgrade() -> None:
    """To this revision."""
    for table, columns in NAMED.items():
        _change(table, columns, SHORT, LONG)
    _change("money_pot", ("name",), SHORT_POT, LONG_POT)
    create_parts(op.get_bind())


def downgrade() -> None:
    """Back to the one before; fails on PostgreSQL where a longer name is stored."""
    op.execute("DROP TABLE IF EXISTS search_index_part")
    _change("money_pot", ("name",), LONG_POT, SHORT_POT)
    for table, columns in NAMED.items():
        _change(table, columns, LONG, SHORT)


def _change(table: str, columns: tuple[str, ...], before: sa.String, after: sa.String) -> None:
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.alter_column(column, existing_type=before, type_=after, existing_nullable=False)
