"""An acknowledgement is not an answer: when each came, and since when a customer waits for us."""
# ruff: noqa: S608 - the statements are made of constants alone

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIMES = ("acknowledged_at", "first_person_answer_at", "waiting_since")
SENT = "o.interaction_id = interaction.id AND o.state IN ('sent', 'delivered', 'read')"
BY_PERSON = "o.effect_key IS NULL AND o.type <> 'IM'"
ANSWERS = f"({BY_PERSON} OR o.type IN ('QA', 'RB'))"
FIRST = "SELECT MIN(o.created_at) FROM outbound_message o WHERE"
BACK_FILL = (
    f"UPDATE interaction SET acknowledged_at = ({FIRST} {SENT} AND o.effect_key IS NOT NULL), "
    f"first_person_answer_at = ({FIRST} {SENT} AND {BY_PERSON}), "
    f"first_answer_at = ({FIRST} {SENT} AND {ANSWERS})",
    "UPDATE interaction SET waiting_since = (SELECT MIN(m.received_at) FROM inbound_message m "
    "WHERE m.interaction_id = interaction.id AND NOT EXISTS (SELECT 1 FROM outbound_message o "
    f"WHERE {SENT} AND {ANSWERS} AND o.created_at >= m.received_at)) "
    "WHERE closed_at IS NULL AND status NOT IN ('SP', 'CL', 'CO')",
    "INSERT INTO insight_change (interaction_id) SELECT id FROM interaction ORDER BY id",
)
WAITING = sa.text("waiting_since IS NOT NULL")
OPEN = sa.text("first_answer_at IS NULL AND closed_at IS NULL")


def upgrade() -> None:
    """To this revision. Times of what is there come from the messages that are there."""
    for name in TIMES:
        op.add_column("interaction", sa.Column(name, Moment))
    op.add_column(
        "insight_interaction", sa.Column("acknowledge_seconds", sa.BigInteger(), nullable=False, server_default="-1")
    )
    op.drop_index("ix_interaction_unanswered", "interaction")
    op.create_index(
        "ix_interaction_waiting", "interaction", ["waiting_since"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    for statement in BACK_FILL:
        op.execute(statement)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index("ix_interaction_waiting", "interaction")
    op.create_index(
        "ix_interaction_unanswered", "interaction", ["created_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.drop_column("insight_interaction", "acknowledge_seconds")
    for name in TIMES:
        op.drop_column("interaction", name)
