"""LinkedIn's social actions as far as we use them."""

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

TOKEN = "li token"
PATH = "/rest/socialActions/urn:li:share:7001/comments"


class Api(Vendor):
    """Answers as api.linkedin.com does."""

    def answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return told({"message": "Invalid access token", "status": 401}, 401)
        if not asked.headers.get("linkedin-version", "").isdigit():
            return told({"message": "A version must be present", "status": 400}, 400)
        if asked.method != "POST" or asked.path != PATH:
            return told({"message": "Not found", "status": 404}, 404)
        body = asked.json()
        if set(body) - {"actor", "object", "message", "parentComment"} or not 0 < len(body["message"]["text"]) <= 1250:
            return told({"message": "Invalid comment", "status": 400}, 400)
        self.sent.append(body)
        return told({"commentUrn": f"urn:li:comment:(urn:li:activity:7001,81{len(self.sent)})"}, 201)
