"""Assignment of interactions: what teams want, who is there, since when each is its owner's; macros, notifications."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Json, Moment
from frontdesk.storage.schema.base import Name

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.add_column("interaction", sa.Column("assigned_at", Moment))
    op.add_column("interaction", sa.Column("returned_at", Moment))
    op.add_column("interaction", sa.Column("returned_from", Name, nullable=False, server_default=""))
    op.create_table(
        "team_assignment",
        sa.Column("team", sa.String(40), primary_key=True),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=False),
        sa.Column("when_absent", sa.String(8), nullable=False),
        sa.Column("returns_after_hours", sa.Integer(), nullable=False),
    )
    op.create_table(
        "agent_presence",
        sa.Column("person", sa.String(100), primary_key=True),
        sa.Column("availability", sa.String(10), nullable=False),
        sa.Column("deputy", Name, nullable=False),
        sa.Column("since", Moment),
        sa.Column("heard_at", Moment),
        sa.Column("assigned_at", Moment),
    )
    for name in ("told_at", "mentioned_at"):
        op.add_column("personal_state", sa.Column(name, Moment))
    op.add_column("personal_state", sa.Column("told", sa.String(10), nullable=False, server_default=""))
    op.add_column("personal_state", sa.Column("told_by", Name, nullable=False, server_default=""))
    op.create_table(
        "macro",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("owner", sa.String(100), nullable=False, index=True),
        sa.Column("team", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("then", sa.String(8), nullable=False),
    )


def downgrade() -> None:
    """Back to the one before."""
    op.drop_table("macro")
    for name in ("told_by", "told", "mentioned_at", "told_at"):
        op.drop_column("personal_state", name)
    op.drop_table("agent_presence")
    op.drop_table("team_assignment")
    for name in ("returned_from", "returned_at", "assigned_at"):
        op.drop_column("interaction", name)
