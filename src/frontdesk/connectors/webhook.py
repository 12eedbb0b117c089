"""Webhooks to other systems, signed as Standard Webhooks says (https://www.standardwebhooks.com).

The id is made from the effect's key and stays the same over retries; time and signature are new each time.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from typing_extensions import override

from frontdesk.connectors.answers import refusal
from frontdesk.connectors.settings import pairs
from frontdesk.interfaces import ActionHandler, Clock, ConnectorFailed, Http, Invalid
from frontdesk.model import Case, Effect, EffectState, Receipt

NAME = "webhook"
PREFIX = "whsec_"
EVENT = "message.decided"
LEAST_SECRET_BYTES = 24
GONE = 410
# What makes our ids: any fixed value will do.
NAMESPACE = uuid.UUID("6f6b2f0e-53a4-4a5e-9a9b-3c1f0a1d7e11")


class Webhook(ActionHandler):
    """The performer of `notify_webhook`."""

    def __init__(self, open_client: Callable[[str], Http], targets: str, secret: str, clock: Clock) -> None:
        """`open_client` gives a client of an origin that must not be internal. Raises Invalid for settings."""
        self._open_client, self._clock = open_client, clock
        self._targets = pairs(targets, "connectors.webhook.targets", str)
        self._key = _key(secret)
        self._clients: dict[str, Http] = {}

    @override
    async def find(self, key: str) -> Receipt | None:
        """The receiver cannot be asked; it knows a repetition by the id."""
        return None

    @override
    async def perform(self, effect: Effect, case: Case) -> Receipt:
        """Post the event. Raises ConnectorFailed, NoAnswer."""
        origin, path, params = _split(self._address(effect))
        body = msgspec.json.encode(_event(effect, case))
        headers = signed(id_of(effect.key), int(self._clock().timestamp()), body, self._key)
        answer = await self._client(origin).send("POST", path, content=body, params=params, headers=headers)
        if not answer.ok:
            error = refusal(f"{NAME} {origin}", answer)
            # The endpoint wants no more events; every other error is retried (Standard Webhooks).
            raise ConnectorFailed(str(error), permanent=answer.status == GONE, after_seconds=error.after_seconds)
        return Receipt(headers["webhook-id"], {"connector": NAME, "to": origin, "status": answer.status})

    def _address(self, effect: Effect) -> str:
        given = effect.action.parameters
        if "url" in given:
            return str(given["url"])
        target = str(given["target"])
        if target not in self._targets:
            raise ConnectorFailed(f"connectors.webhook.targets names no {target!r}", permanent=True)
        return self._targets[target]

    def _client(self, origin: str) -> Http:
        if origin not in self._clients:
            self._clients[origin] = self._open_client(origin)
        return self._clients[origin]


def id_of(key: str) -> str:
    """The webhook-id of an effect."""
    return f"msg_{uuid.uuid5(NAMESPACE, key).hex}"


def signed(message_id: str, timestamp: int, body: bytes, key: bytes) -> dict[str, str]:
    """The headers of a signed webhook."""
    content = f"{message_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def _key(secret: str) -> bytes:
    """The bytes of a secret. Raises Invalid for one that is missing or too short."""
    setting = "connectors.webhook.secret"
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise Invalid(f"{setting} is not base64", setting) from None
    if len(key) < LEAST_SECRET_BYTES:
        raise Invalid(f"{setting} needs at least {LEAST_SECRET_BYTES} random bytes in base64", setting)
    return key


def _split(address: str) -> tuple[str, str, dict[str, str]]:
    """Origin, path and query. Raises ConnectorFailed."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ConnectorFailed(f"{address!r} is not an address like https://example.com/hook", permanent=True)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return f"{parts.scheme}://{parts.netloc}", parts.path or "/", query


def _event(effect: Effect, case: Case) -> Mapping[str, Any]:
    """The event, without texts and contact details: receivers read them through the API, which checks rights."""
    interaction, decision = case.interaction, case.decision
    return {
        "type": str(effect.action.parameters.get("event", EVENT)),
        "timestamp": effect.created_at.isoformat(),
        "data": {
            "reference": interaction.reference,
            "message_id": case.message.id,
            "channel": case.message.channel,
            "intent": interaction.intent,
            "sentiment": interaction.sentiment,
            "priority": interaction.priority,
            "team": interaction.team,
            "route": decision.route if decision else "",
            "effects": [
                {"kind": each.action.kind, "reference": each.reference}
                for each in case.effects
                if each.state is EffectState.DONE and each.reference
            ],
        },
    }
