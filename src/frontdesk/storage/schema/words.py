"""Tables of the words that searches look through: made by each engine's own means, so no part of the declared tables.

FTS5 tables on SQLite, tsvectors under a GIN index on PostgreSQL, a text of words between spaces on SAP HANA.
"""

from typing import Final

from sqlalchemy import Connection

# Each table with its key; FTS5 has a row's number instead.
_KEYS: Final = {
    "search_index": {"interaction_id": "BIGINT"},
    "search_index_part": {"interaction_id": "BIGINT", "place": "INTEGER"},
    "search_index_passage": {"passage_id": "BIGINT"},
}
_WORDS: Final = {"postgresql": "TSVECTOR", "hana": "NCLOB"}


def create_word_tables(connection: Connection) -> None:
    """Create those that are missing, empty."""
    dialect = connection.dialect.name
    for table, key in _KEYS.items():
        if dialect == "sqlite":
            tokens = "tokenize = 'unicode61 remove_diacritics 0'"
            connection.exec_driver_sql(f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5 (words, {tokens})")
            continue
        columns = "".join(f"{name} {kind} NOT NULL, " for name, kind in key.items())
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS {table} "
            f"({columns}words {_WORDS[dialect]} NOT NULL, PRIMARY KEY ({', '.join(key)}))"
        )
        if dialect == "postgresql":
            connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS ix_{table}_words ON {table} USING gin (words)")
