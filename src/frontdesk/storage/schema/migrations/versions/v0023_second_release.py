"""From 0.1.0 to 0.2.0: what is missing comes from the declared tables, and what rows say from other rows."""
# ruff: noqa: S608 - the statements are made of constants alone

from alembic import op

from frontdesk.storage.schema.audit import guard
from frontdesk.storage.schema.migrations.missing import add_missing
from frontdesk.storage.schema.words import create_word_tables

revision = "0023"
down_revision = "0011"
branch_labels = None
depends_on = None

SENT = "o.interaction_id = interaction.id AND o.state IN ('sent', 'delivered', 'read')"
BY_PERSON = "o.effect_key IS NULL AND o.type <> 'IM'"
ANSWERS = f"({BY_PERSON} OR o.type IN ('QA', 'RB'))"
FIRST = "SELECT MIN(o.created_at) FROM outbound_message o WHERE"
OPEN = "closed_at IS NULL AND status NOT IN ('SP', 'CL', 'CO')"
NUMBERS = "SELECT MAX(id) AS id FROM interaction UNION ALL SELECT MAX(interaction_id) FROM journal"
BACK_FILL = (
    # Work of one interaction is done one at a time, oldest first.
    "UPDATE work SET lock_key = 'message:' || "
    "(SELECT m.interaction_id FROM inbound_message m WHERE m.id = work.subject) "
    "WHERE state IN ('open', 'failed') AND kind IN ('message', 'edit') "
    "AND EXISTS (SELECT 1 FROM inbound_message m WHERE m.id = work.subject)",
    "UPDATE work SET blocked = TRUE WHERE state = 'open' AND lock_key <> '' AND EXISTS ("
    "SELECT 1 FROM work older WHERE older.lock_key = work.lock_key AND older.state = 'open' "
    "AND (older.created_at < work.created_at OR (older.created_at = work.created_at AND older.id < work.id)))",
    "UPDATE interaction SET merged_to = (SELECT other.reference FROM interaction AS other "
    "WHERE other.id = interaction.merged_into) WHERE merged_into IS NOT NULL",
    # The highest number ever, which is never used twice.
    "INSERT INTO meta (key, value) SELECT 'last_interaction', CAST(COALESCE(MAX(id), 0) AS VARCHAR(20)) "
    f"FROM ({NUMBERS}) AS numbers",
    # An acknowledgement is not an answer.
    f"UPDATE interaction SET acknowledged_at = ({FIRST} {SENT} AND o.effect_key IS NOT NULL), "
    f"first_person_answer_at = ({FIRST} {SENT} AND {BY_PERSON}), "
    f"first_answer_at = ({FIRST} {SENT} AND {ANSWERS})",
    "UPDATE interaction SET waiting_since = (SELECT MIN(m.received_at) FROM inbound_message m "
    "WHERE m.interaction_id = interaction.id AND NOT EXISTS (SELECT 1 FROM outbound_message o "
    f"WHERE {SENT} AND {ANSWERS} AND o.created_at >= m.received_at)) WHERE {OPEN}",
    "UPDATE interaction SET waiting_on = CASE WHEN waiting_since IS NOT NULL THEN 'us' ELSE 'customer' END "
    "WHERE status NOT IN ('SP', 'CO', 'CL') AND (waiting_since IS NOT NULL OR first_answer_at IS NOT NULL)",
    # Whoever answered last has what is open.
    "UPDATE interaction SET assignee = COALESCE((SELECT o.processed_by FROM outbound_message o "
    f"WHERE o.interaction_id = interaction.id AND {BY_PERSON} "
    "ORDER BY o.sequence DESC LIMIT 1), '') WHERE closed_at IS NULL",
    "UPDATE decision SET followed = true WHERE rule = 'decided with the message after it'",
    "UPDATE effect SET proposal = true WHERE kind = 'ask_person' AND CAST(parameters AS TEXT) LIKE '%\"proposes\"%'",
    "INSERT INTO insight_change (interaction_id) SELECT id FROM interaction ORDER BY id",
)


def upgrade() -> None:
    """To 0.2.0. Of messages that are there nobody knows how their senders were proven: they are not."""
    op.drop_index("ix_work_due", "work")
    op.drop_index("ix_interaction_unanswered", "interaction")
    add_missing()
    _count_up()
    create_word_tables(op.get_bind())
    guard(op.get_bind())
    for statement in BACK_FILL:
        op.execute(statement)


def _count_up() -> None:
    """SQLite takes the number of a deleted last row again, unless the table says AUTOINCREMENT."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("contact", "service_call"):
            with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
