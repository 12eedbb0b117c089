"""The Graph API as far as Messenger and Instagram need it."""

from typing import Any

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor
from tests.channels.whatsapp.vendor import error

TOKEN = "page token"
JPEG = b"\xff\xd8\xff" + b"x" * 50


class Graph(Vendor):
    """Answers as Meta does: `path`, `fields` and `most` differ between the two."""

    path, fields, most = "/v26.0/990001/messages", {"recipient", "messaging_type", "message"}, 2000

    def length(self, text: str) -> int:
        return len(text)

    def answer(self, asked: Asked) -> Told:
        if asked.path.startswith("/cdn/"):
            good = asked.query.get("sig") == "abc" and "authorization" not in asked.headers
            return Told(200, JPEG, {"content-type": "image/jpeg"}) if good else Told(403)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, 190, "Invalid OAuth access token")
        if asked.method != "POST" or asked.path != self.path:
            return error(400, 100, "Unsupported request")
        return self._message(asked.json())

    def _message(self, body: Any) -> Told:
        if (
            not isinstance(body, dict)
            or set(body) != self.fields
            or body.get("messaging_type", "RESPONSE") != "RESPONSE"
        ):
            return error(400, 100, "(#100) Invalid parameter")
        to, text = body["recipient"], body["message"]["text"]
        if set(to) not in ({"id"}, {"comment_id"}) or not 0 < self.length(text) <= self.most:
            return error(400, 100, "(#100) Length of param message[text] must be less than or equal to the limit")
        if "comment_id" in to and any(each["recipient"] == to for each in self.sent):
            return error(400, 10900, "Activity already replied to")
        self.sent.append(body)
        return told({"recipient_id": to.get("id", "770002"), "message_id": f"m_OUT{len(self.sent)}"})


class InstagramGraph(Graph):
    """Instagram's."""

    path, fields, most = "/v26.0/880001/messages", {"recipient", "message"}, 1000

    def length(self, text: str) -> int:
        return len(text.encode())
