"""Keeps a copy of all interactions in a SQLite file, with Python's standard library alone.

    FRONTDESK_KEY=fd_… python examples/mirror.py http://localhost:8000 copy.sqlite

Stop it and start it again at will: the token is stored in the transaction of the rows that it stands behind.
"""

import json
import os
import sqlite3
import sys
import time
import urllib.request
from contextlib import closing
from urllib.parse import urlencode

SCHEMA = """
CREATE TABLE IF NOT EXISTS interaction (reference TEXT PRIMARY KEY, version INTEGER, content TEXT);
CREATE TABLE IF NOT EXISTS token (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), word TEXT);
"""


def follow(server: str, key: str, copy: sqlite3.Connection, limit: int = 200) -> int:
    """Take over all that changed since the last time; how many interactions were told."""
    copy.executescript(SCHEMA)
    told = 0
    while True:
        [token] = copy.execute("SELECT word FROM token").fetchone() or ("0",)
        answer = _get(f"{server}/api/v1/interactions?{urlencode({'changed_since': token, 'limit': limit})}", key)
        with copy:
            rows = [(each["reference"], each["version"], json.dumps(each)) for each in answer["items"]]
            copy.executemany("INSERT OR REPLACE INTO interaction VALUES (?, ?, ?)", rows)
            copy.execute("INSERT OR REPLACE INTO token VALUES (1, ?)", (answer["next"],))
        told += len(rows)
        if not rows:
            return told


def _get(url: str, key: str) -> dict:  # type: ignore[type-arg]
    request = urllib.request.Request(
        url, headers={"Authorization": f"Bearer {key}"} if key else {}
    )  # a demo needs none
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer))


if __name__ == "__main__":
    with closing(sqlite3.connect(sys.argv[2])) as mirror:
        while True:
            print(
                follow(sys.argv[1].rstrip("/"), os.environ["FRONTDESK_KEY"], mirror), "interactions changed", flush=True
            )
            time.sleep(5)
