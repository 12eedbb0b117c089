"""LINE's Messaging API as far as we use it: reply tokens good once, pushes once per retry key."""

from typing import Any

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

TOKEN = "line token"
JPEG = b"\xff\xd8\xff" + b"x" * 50


class Api(Vendor):
    """Answers as api.line.me does."""

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return told({"message": "Authentication failed"}, 401)
        if asked.path == "/v2/bot/message/444573844083572738/content":
            return Told(200, JPEG, {"content-type": "image/jpeg"})
        body = asked.json()
        if asked.path == "/v2/bot/message/reply":
            used = [each for each in self.sent if each.get("replyToken") == body.get("replyToken")]
            return told({"message": "Invalid reply token"}, 400) if used else self._take(body, body)
        if asked.path == "/v2/bot/message/push":
            key = asked.headers.get("x-line-retry-key", "")
            if len(key) != 36:
                return told({"message": "The retry key is invalid"}, 400)
            if any(each.get("key") == key for each in self.sent):
                again = {"x-line-accepted-request-id": "first"}
                return told({"message": "The retry key is already accepted"}, 409, again)
            return self._take(body, {**body, "key": key})
        return told({"message": "Not found"}, 404)

    def _take(self, body: Any, kept: Any) -> Told:
        messages = body.get("messages", [])
        if not 1 <= len(messages) <= 5 or not 0 < len(messages[0]["text"]) <= 5000:
            return told({"message": "The request body has 1 error(s)"}, 400)
        self.sent.append(kept)
        return told({"sentMessages": [{"id": f"46{len(self.sent)}", "quoteToken": "q"}]})
