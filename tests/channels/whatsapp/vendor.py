"""WhatsApp's Cloud API as far as we use it: sends texts, holds media, refuses what Meta refuses."""

import re
from typing import Any

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

TOKEN, PHONE = "EAAtoken", "105550001111"
SETTINGS = {"phone_id": PHONE, "access_token": TOKEN, "app_secret": "app secret", "verify_token": "our word"}
FIELDS = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "text",
    "context",
    "biz_opaque_callback_data",
    "status",
    "message_id",
}


class Meta(Vendor):
    """Answers as graph.facebook.com does."""

    def answer(self, asked: Asked) -> Told:
        if asked.path.startswith("/cdn/"):
            return self._download(asked)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, 190, "Invalid OAuth access token")
        if asked.method == "GET":
            return self._media(asked)
        if asked.path != f"/v26.0/{PHONE}/messages":
            return error(400, 100, f"Unsupported post request to {asked.path}")
        return self._message(asked.json())

    def _message(self, body: Any) -> Told:
        if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp" or set(body) - FIELDS:
            return error(400, 100, "(#100) Invalid parameter")
        if body.get("status") == "read":
            return told({"success": True})
        text = body.get("text", {}).get("body", "")
        if ("to" in body) == ("recipient" in body) or body.get("type") != "text" or not 0 < len(text) <= 4096:
            return error(400, 100, "(#100) Param text['body'] must be at most 4096 characters long.")
        if not re.fullmatch(r"\d{5,15}", body.get("to", "1" * 5)):
            return error(400, 131009, "Parameter value is not valid")
        if len(body.get("biz_opaque_callback_data", "")) > 512:
            return error(400, 100, "(#100) biz_opaque_callback_data is too long")
        self.sent.append(body)
        number = f"wamid.OUT{len(self.sent)}"
        return told({"messaging_product": "whatsapp", "contacts": [{}], "messages": [{"id": number}]})

    def _media(self, asked: Asked) -> Told:
        media_id = asked.path.rpartition("/")[2]
        if media_id not in self.media:
            return error(400, 100, "Unsupported get request. Object does not exist")
        content, kind = self.media[media_id]
        url = f"{self.url}/cdn/{media_id}?ext=1&hash=abc"
        return told({"url": url, "mime_type": kind, "file_size": len(content), "id": media_id})

    def _download(self, asked: Asked) -> Told:
        media_id = asked.path.rpartition("/")[2]
        if asked.headers.get("authorization") != f"Bearer {TOKEN}" or asked.query.get("hash") != "abc":
            return Told(403, b"")
        content, kind = self.media[media_id]
        return Told(200, content, {"content-type": kind})


def error(status: int, code: int, message: str) -> Told:
    """An error of the Graph API."""
    return told({"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}}, status)


OUTSIDE_WINDOW = error(400, 131047, "Re-engagement message")
