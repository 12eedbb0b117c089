"""Whom an interaction waits for, until when it is set aside, and what each person has of it."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Moment
from frontdesk.storage.schema.base import Key, Name

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OPEN = sa.text("status NOT IN ('SP', 'CO', 'CL')")
OPEN_INDEX = ("assignee", "updated_at", "id", "team", "channel", "snoozed_until", "waiting_on", "waiting_since")
BACK_FILL = (
    "UPDATE interaction SET waiting_on = CASE WHEN waiting_since IS NOT NULL THEN 'us' ELSE 'customer' END "
    "WHERE status NOT IN ('SP', 'CO', 'CL') AND (waiting_since IS NOT NULL OR first_answer_at IS NOT NULL)",
    "UPDATE decision SET followed = true WHERE rule = 'decided with the message after it'",
    "UPDATE effect SET proposal = true WHERE kind = 'ask_person' AND CAST(parameters AS TEXT) LIKE '%\"proposes\"%'",
)


def upgrade() -> None:
    """To this revision. Whom they wait for comes from the times that are there."""
    op.add_column("interaction", sa.Column("waiting_on", sa.String(8), nullable=False, server_default=""))
    op.add_column("interaction", sa.Column("snoozed_until", Moment))
    op.add_column("decision", sa.Column("followed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("effect", sa.Column("proposal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_interaction_open",
        "interaction",
        [*OPEN_INDEX, "confidence", "merged_into", "status"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_effect_proposed",
        "effect",
        ["interaction_id"],
        sqlite_where=sa.text("state = 'waiting' AND proposal = 1"),
        postgresql_where=sa.text("state = 'waiting' AND proposal"),
    )
    op.create_table(
        "personal_state",
        sa.Column("interaction_id", Key, sa.ForeignKey("interaction.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("person", sa.String(100), primary_key=True),
        sa.Column("name", Name, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("present_at", Moment),
        sa.Column("writing_at", Moment),
    )
    op.create_index("ix_personal_state_person", "personal_state", ["person"])
    for statement in BACK_FILL:
        op.execute(statement)


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("personal_state")
    op.drop_index("ix_interaction_open", "interaction")
    op.drop_index("ix_effect_proposed", "effect")
    op.drop_column("effect", "proposal")
    op.drop_column("decision", "followed")
    op.drop_column("interaction", "snoozed_until")
    op.drop_column("interaction", "waiting_on")
