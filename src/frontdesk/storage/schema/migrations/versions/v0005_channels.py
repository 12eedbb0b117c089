"""Raw events of channels, attachments, parts of answers and what became of them."""

import sqlalchemy as sa
from alembic import op

from frontdesk.storage.engines.types import Json, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "channel_event",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_at", Moment(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_event")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_channel_event_channel_provider_id")),
    )
    with op.batch_alter_table("channel_event") as batch_op:
        batch_op.create_index(
            "ix_channel_event_failed",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )
        batch_op.create_index("ix_channel_event_received", ["received_at", "id"], unique=False)

    op.create_table(
        "channel_held",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "day", name=op.f("pk_channel_held")),
    )
    op.create_table(
        "channel_mark",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name=op.f("pk_channel_mark")),
    )
    op.create_table(
        "channel_watch",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_watch")),
    )
    op.create_table(
        "delivery_notice",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_notice")),
    )
    with op.batch_alter_table("delivery_notice") as batch_op:
        batch_op.create_index("ix_delivery_notice_provider", ["channel", "provider_id"], unique=False)
        batch_op.create_index("ix_delivery_notice_recipient", ["channel", "recipient"], unique=False)

    op.create_table(
        "message_edit",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_edit")),
    )
    with op.batch_alter_table("message_edit") as batch_op:
        batch_op.create_index("ix_message_edit_provider", ["channel", "provider_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remote", Json, nullable=False),
        sa.Column("is_speech", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["inbound_message.id"], name=op.f("fk_attachment_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_message_id"), ["message_id"], unique=False)

    op.create_table(
        "outbound_part",
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["outbound_message.id"], name=op.f("fk_outbound_part_message_id")),
        sa.PrimaryKeyConstraint("message_id", "part", name=op.f("pk_outbound_part")),
    )
    with op.batch_alter_table("outbound_part") as batch_op:
        batch_op.create_index("ix_outbound_part_key", ["key"], unique=False)
        batch_op.create_index("ix_outbound_part_provider", ["channel", "provider_id"], unique=False)
        batch_op.create_index("ix_outbound_part_recipient", ["channel", "recipient", "at"], unique=False)

    with op.batch_alter_table("inbound_message") as batch_op:
        batch_op.add_column(sa.Column("provider_id", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("thread", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("context", Json, nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("automatic", sa.String(length=200), nullable=False, server_default=""))
        batch_op.create_index("ix_inbound_message_sender", ["channel", "sender_address", "received_at"], unique=False)
        batch_op.create_index(
            "ix_inbound_message_thread",
            ["channel", "thread"],
            unique=False,
            sqlite_where=sa.text("thread <> ''"),
            postgresql_where=sa.text("thread <> ''"),
        )

    with op.batch_alter_table("inbox_event") as batch_op:
        batch_op.add_column(sa.Column("event_id", sa.String(length=26), nullable=True))
        batch_op.create_index("ix_inbox_event_received", ["received_at", "channel"], unique=False)


def downgrade() -> None:
    """Back to the one before."""

    with op.batch_alter_table("inbox_event") as batch_op:
        batch_op.drop_index("ix_inbox_event_received")
        batch_op.drop_column("event_id")

    with op.batch_alter_table("inbound_message") as batch_op:
        batch_op.drop_index(
            "ix_inbound_message_thread", sqlite_where=sa.text("thread <> ''"), postgresql_where=sa.text("thread <> ''")
        )
        batch_op.drop_index("ix_inbound_message_sender")
        batch_op.drop_column("automatic")
        batch_op.drop_column("context")
        batch_op.drop_column("thread")
        batch_op.drop_column("provider_id")

    with op.batch_alter_table("outbound_part") as batch_op:
        batch_op.drop_index("ix_outbound_part_recipient")
        batch_op.drop_index("ix_outbound_part_provider")
        batch_op.drop_index("ix_outbound_part_key")

    op.drop_table("outbound_part")
    with op.batch_alter_table("attachment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_message_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("message_edit") as batch_op:
        batch_op.drop_index("ix_message_edit_provider")

    op.drop_table("message_edit")
    with op.batch_alter_table("delivery_notice") as batch_op:
        batch_op.drop_index("ix_delivery_notice_recipient")
        batch_op.drop_index("ix_delivery_notice_provider")

    op.drop_table("delivery_notice")
    op.drop_table("channel_watch")
    op.drop_table("channel_mark")
    op.drop_table("channel_held")
    with op.batch_alter_table("channel_event") as batch_op:
        batch_op.drop_index("ix_channel_event_received")
        batch_op.drop_index(
            "ix_channel_event_failed",
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )

    op.drop_table("channel_event")
