"""The example that keeps a copy of the interactions, against a real server while others write."""

import json
import sqlite3
import sys
import threading
from pathlib import Path

import httpx

from tests.ui.conftest import Server, demo_server

sys.path.append(str(Path(__file__).parents[3] / "examples"))
from mirror import follow  # type: ignore[import-not-found]

__all__ = ["demo_server"]


def test_the_copy_has_every_interaction_as_it_is_in_the_end(demo_server: Server, tmp_path: Path) -> None:
    copy, done = sqlite3.connect(tmp_path / "copy.sqlite"), threading.Event()

    def write() -> None:
        with httpx.Client(base_url=f"{demo_server.url}/api/v1", timeout=120) as client:
            told = [client.post("/messages", json={"text": f"message {n}"}).json()["reference"] for n in range(60)]
            for reference in told[::3]:
                client.patch(f"/interactions/{reference}", json={"tags": "seen"}, headers={"If-Match": "*"})
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        follow(demo_server.url, "", copy, limit=7)
    writer.join()
    for _ in range(200):
        follow(demo_server.url, "", copy)
        listed = httpx.get(f"{demo_server.url}/api/v1/interactions", params={"limit": 200}).json()["items"]
        mine = {
            name: json.loads(content) for name, content in copy.execute("SELECT reference, content FROM interaction")
        }
        if mine == {each["reference"]: each for each in listed}:
            break
    assert len(mine) == 60
    assert mine == {each["reference"]: each for each in listed}
