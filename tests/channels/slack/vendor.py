"""Slack's Web API as far as we use it: 200 with ok false for most refusals."""

from typing import Any

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

TOKEN = "xoxb-token"
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50
FIELDS = {"channel", "text", "thread_ts", "unfurl_links", "metadata"}


class Workspace(Vendor):
    """Answers as slack.com does."""

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return told({"ok": False, "error": "invalid_auth"})
        if asked.path.startswith("/files-pri/"):
            return Told(200, PNG, {"content-type": "image/png"})
        if asked.path == "/api/chat.postMessage" and asked.method == "POST":
            return self._post(asked.json())
        if asked.path == "/api/conversations.replies":
            mine = [each for each in self.sent if each.get("thread_ts") == asked.query.get("ts")]
            return self._messages(mine, asked)
        if asked.path == "/api/conversations.history":
            return self._messages([each for each in self.sent if "thread_ts" not in each], asked)
        return told({"ok": False, "error": "unknown_method"})

    def _post(self, body: Any) -> Told:
        if not isinstance(body, dict) or set(body) - FIELDS or not body.get("text"):
            return told({"ok": False, "error": "invalid_arguments"})
        if body.get("channel") not in ("C1", "D1"):
            return told({"ok": False, "error": "channel_not_found"})
        if len(body["text"]) > 40_000:
            return told({"ok": False, "error": "msg_too_long"})
        self.sent.append(body)
        return told({"ok": True, "channel": body["channel"], "ts": f"1764120100.{len(self.sent):06d}"})

    def _messages(self, sent: list[dict[str, Any]], asked: Asked) -> Told:
        shows = asked.query.get("include_all_metadata") == "true"
        messages = [
            {"text": each["text"], "ts": f"1764120100.{n:06d}", **({"metadata": each["metadata"]} if shows else {})}
            for n, each in enumerate(sent, 1)
        ]
        return told({"ok": True, "messages": messages})
