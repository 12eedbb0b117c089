"""Notes in the audit trail which settings are others than at the last start.

Their values are compared by digests under this installation's secret, so that nothing stored tells what they are.
"""

import hmac
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from frontdesk.settings.sections import Settings
from frontdesk.wiring.container import Container

FIRST = "all: this is the first start"


async def note_changed_settings(container: Container) -> None:
    """Leave a line where something changed, and at the first start."""
    secret = await container.people.accounts.secret()
    now = {name: _digest(secret, name, value) for name, value in flat(container.ground.settings)}
    before = await container.people.audit.kept_settings()
    changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    if changed:
        await container.people.audit.keep_settings(now, changed if before else [FIRST])


def flat(settings: Settings) -> Iterator[tuple[str, Any]]:
    """Every setting by its name."""
    yield from _inside("", msgspec.to_builtins(settings))


def _inside(prefix: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _inside(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", value


def _digest(secret: bytes, name: str, value: Any) -> str:
    return hmac.digest(secret, f"setting:{name}:{json.dumps(value)}".encode(), "sha256").hex()[:16]
