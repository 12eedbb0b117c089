"""Names of whoever did something are as long as those of accounts may be; words of long interactions in parts."""

import sqlalchemy as sa
from alembic import op

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
PARTS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE IF NOT EXISTS search_index_part "
        "USING fts5 (words, tokenize = 'unicode61 remove_diacritics 0')",
    ),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS search_index_part (interaction_id bigint NOT NULL, place int NOT NULL, "
        "words tsvector NOT NULL, PRIMARY KEY (interaction_id, place))",
        "CREATE INDEX IF NOT EXISTS ix_search_index_part_words ON search_index_part USING gin (words)",
    ),
    "hana": (
        "CREATE TABLE search_index_part (interaction_id BIGINT NOT NULL, place INTEGER NOT NULL, "
        "words NCLOB NOT NULL, PRIMARY KEY (interaction_id, place))",
    ),
}


def upgrade() -> None:
    """To this revision."""
    for table, columns in NAMED.items():
        _change(table, columns, SHORT, LONG)
    _change("money_pot", ("name",), SHORT_POT, LONG_POT)
    for statement in PARTS[op.get_bind().dialect.name]:
        op.execute(statement)


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
