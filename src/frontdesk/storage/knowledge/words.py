"""The words of passages, in the database's own full-text index: FTS5, tsvector, or a text between spaces (SAP HANA).

A document is the title of the article with the passage. It is written in the transaction that changes the article.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, text

from frontdesk.storage.search.words import SearchTerms, as_fts5, as_like, as_spaced, as_tsquery, as_tsvector, words_of

# A question has fewer words; more of them cost time and find no more.
MOST_WORDS = 40
_WRITTEN = {"sqlite": " ".join, "postgresql": as_tsvector, "hana": as_spaced}
_KEEP = {
    "sqlite": text("INSERT INTO search_index_passage (rowid, words) VALUES (:id, :words)"),
    "postgresql": text(
        "INSERT INTO search_index_passage (passage_id, words) VALUES (:id, CAST(CAST(:words AS text) AS tsvector))"
    ),
    "hana": text("INSERT INTO search_index_passage (passage_id, words) VALUES (:id, :words)"),
}
_KEYS = {"sqlite": "rowid", "postgresql": "passage_id", "hana": "passage_id"}
# BM25 is SQLite's own. PostgreSQL ranks without regard to how rare a word is, so that is worked out here.
_FIND = {
    "sqlite": """
        SELECT rowid AS passage_id, -bm25(search_index_passage) AS score
        FROM search_index_passage WHERE search_index_passage MATCH :query""",
    "postgresql": """
        SELECT passage_id, SUM(rarity * (0.5 + rank)) AS score FROM (
            SELECT i.passage_id, ts_rank(i.words, q.word, 1) AS rank,
                LN(1 + (t.n - COUNT(*) OVER (PARTITION BY q.word::text) + 0.5)
                    / (COUNT(*) OVER (PARTITION BY q.word::text) + 0.5)) AS rarity
            FROM (SELECT CAST(unnest(CAST(:words AS text[])) AS tsquery) AS word) q
            JOIN search_index_passage i ON i.words @@ q.word
            CROSS JOIN (SELECT COUNT(*) AS n FROM search_index_passage) t
        ) hit GROUP BY passage_id""",
}


def index_passages(connection: Connection, documents: Sequence[tuple[int, str]]) -> None:
    """Keep the words of new passages, each by its number and text."""
    written = _WRITTEN[connection.dialect.name]
    if rows := [{"id": number, "words": written(words_of(document))} for number, document in documents]:
        connection.execute(_KEEP[connection.dialect.name], rows)


def forget_passages(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget the words of these passages."""
    statement = text(f"DELETE FROM search_index_passage WHERE {_KEYS[connection.dialect.name]} = :id")  # noqa: S608 - a name of ours
    if rows := [{"id": number} for number in numbers]:
        connection.execute(statement, rows)


def with_any(dialect: str, words: Sequence[str]) -> TextClause | None:
    """Passages with any of these words: passage_id and score, the rarer and the more the higher. None without words."""
    wanted = list(dict.fromkeys(each for word in words for each in words_of(word)))[:MOST_WORDS]
    if not wanted:
        return None
    if dialect == "sqlite":
        return text(_FIND[dialect]).bindparams(query=" OR ".join(f'"{word}"' for word in wanted))
    if dialect == "postgresql":
        return text(_FIND[dialect]).bindparams(words=[f"'{word}'" for word in wanted])
    return _on_hana(wanted)


def _on_hana(wanted: Sequence[str]) -> TextClause:
    has = " + ".join(f"CASE WHEN words LIKE :w{n} THEN 1 ELSE 0 END" for n in range(len(wanted)))
    counted = f"SELECT passage_id, {has} AS score FROM search_index_passage"  # noqa: S608 - of the words only a count
    given = {f"w{n}": f"%{as_spaced([word])}%" for n, word in enumerate(wanted)}
    return text(f"SELECT passage_id, score FROM ({counted}) WHERE score > 0").bindparams(**given)  # noqa: S608


def with_all(dialect: str, wanted: SearchTerms) -> TextClause:
    """Passages (passage_id) with all of what a person searches for, within one passage; needs a term."""
    key = _KEYS[dialect]
    select = f"SELECT {key} AS passage_id FROM search_index_passage WHERE "  # noqa: S608 - a name of ours
    if dialect == "sqlite":
        return text(f"{select} search_index_passage MATCH :query").bindparams(query=as_fts5(wanted))
    if dialect == "postgresql":
        return text(f"{select} words @@ CAST(:query AS tsquery)").bindparams(query=as_tsquery(wanted))
    terms = [(term, "LIKE") for term in wanted.terms] + [(term, "NOT LIKE") for term in wanted.without]
    given: dict[str, Any] = {f"w{n}": as_like(term) for n, (term, _) in enumerate(terms)}
    return text(select + " AND ".join(f"words {how} :w{n}" for n, (_, how) in enumerate(terms))).bindparams(**given)
