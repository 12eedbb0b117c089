"""The Bot API as far as we use it."""

from typing import Any

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
JPEG = b"\xff\xd8\xff" + b"x" * 50
FIELDS = {"chat_id", "text", "link_preview_options", "message_thread_id", "reply_parameters"}


def refused(status: int, words: str, **more: Any) -> Told:
    return told({"ok": False, "error_code": status, "description": words, **more}, status)


class BotApi(Vendor):
    """Answers as api.telegram.org does."""

    def answer(self, asked: Asked) -> Told:
        if asked.path.startswith(f"/file/bot{TOKEN}/photos/"):
            return Told(200, JPEG, {"content-type": "application/octet-stream"})
        if not asked.path.startswith(f"/bot{TOKEN}/"):
            return refused(404, "Not Found")
        method = asked.path.rpartition("/")[2]
        if method == "getFile":
            file_id = asked.query.get("file_id")
            known = file_id in ("large", "voice1")
            found = {"file_id": file_id, "file_path": f"photos/{file_id}.jpg", "file_size": len(JPEG)}
            return told({"ok": True, "result": found}) if known else refused(400, "Bad Request: invalid file_id")
        return self._send(asked.json()) if method == "sendMessage" else refused(404, "Not Found")

    def _send(self, body: Any) -> Told:
        if not isinstance(body, dict) or set(body) - FIELDS or not body.get("text"):
            return refused(400, "Bad Request: message text is empty")
        if len(body["text"].encode("utf-16-le")) // 2 > 4096:
            return refused(400, "Bad Request: message is too long")
        if str(body["chat_id"]) != "4242":
            return refused(400, "Bad Request: chat not found")
        self.sent.append(body)
        return told({"ok": True, "result": {"message_id": 100 + len(self.sent), "chat": {"id": 4242}, "date": 1}})
