"""Twilio's API as far as SMS and recordings need it."""

import base64

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

SID, TOKEN = "ACxx", "twilio token"
LOGIN = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
JPEG = b"\xff\xd8\xff" + b"x" * 50
FIELDS = {"To", "From", "Body", "StatusCallback"}


def refused(status: int, code: int, words: str) -> Told:
    return told({"code": code, "message": words, "status": status, "more_info": "…"}, status)


class Twilio(Vendor):
    """Answers as api.twilio.com does."""

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != LOGIN:
            return refused(401, 20003, "Authenticate")
        if "/Media/" in asked.path:
            return Told(200, JPEG, {"content-type": "image/jpeg"})
        if asked.path.endswith("/Recordings/RE1.mp3"):
            return Told(200, b"ID3" + b"x" * 50, {"content-type": "audio/mpeg"})
        if asked.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return refused(404, 20404, "The requested resource was not found")
        form = asked.form()
        if set(form) - FIELDS or not form.get("To", "").startswith("+"):
            return refused(400, 21211, "Invalid 'To' Phone Number")
        if not 0 < len(form.get("Body", "")) <= 1600:
            return refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        self.sent.append(dict(form))
        return told({"sid": f"SMout{len(self.sent)}", "status": "queued"}, 201)
