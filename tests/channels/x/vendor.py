"""X's API v2 as far as we use it; it checks the OAuth 1.0a signature by itself."""

import base64
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote, unquote

from frontdesk.simulators.serving import Asked, Told, told
from tests.channels.vendor import Vendor

SECRETS = "consumer secret", "token secret"


def refused(status: int, words: str) -> Told:
    return told({"title": words, "detail": words, "status": status}, status)


class Api(Vendor):
    """Answers as api.x.com does."""

    def answer(self, asked: Asked) -> Told:
        if not self._is_signed(asked):
            return refused(401, "Unauthorized")
        body = asked.json()
        if asked.path == "/2/tweets":
            return self._post(body)
        if re.fullmatch(r"/2/dm_conversations/with/\d+/messages", asked.path) and set(body) == {"text"}:
            self.sent.append({**body, "to": asked.path.split("/")[4]})
            return told({"data": {"dm_conversation_id": "1-2", "dm_event_id": f"dmout{len(self.sent)}"}}, 201)
        return refused(404, "Not Found")

    def _post(self, body: Any) -> Told:
        if set(body) != {"text", "reply"} or not 0 < len(body["text"]) <= 280:
            return refused(403, "Your post is too long")
        self.sent.append(body)
        return told({"data": {"id": f"9{len(self.sent)}", "text": body["text"]}}, 201)

    def _is_signed(self, asked: Asked) -> bool:
        given = asked.headers.get("authorization", "")
        fields = {k: unquote(v) for k, v in re.findall(r'(oauth_\w+)="([^"]*)"', given)}
        signature = fields.pop("oauth_signature", "")
        joined = "&".join(f"{quote(k, safe='-._~')}={quote(v, safe='-._~')}" for k, v in sorted(fields.items()))
        base = "&".join(quote(each, safe="-._~") for each in (asked.method, self.url + asked.path, joined))
        key = "&".join(quote(each, safe="-._~") for each in SECRETS)
        right = base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
        return given.startswith("OAuth ") and hmac.compare_digest(signature, right)
