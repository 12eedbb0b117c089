"""See tests.channels.sample."""

import json
import time

from tests.channels.sample import Sample, Signed
from tests.channels.teams.vendor import APP, OTHER, SECRET, BotFramework, token


def service_of(body: bytes) -> str:
    """Microsoft signs for the address in the activity, whatever else is in there."""
    try:
        return str(json.loads(body)["serviceUrl"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "nowhere"


def sign(body: bytes, **how: object) -> Signed:
    return Signed({"authorization": f"Bearer {token(service_of(body), **how)}"})  # type: ignore[arg-type]


SAMPLE = Sample(
    section={"app_id": APP, "app_secret": SECRET},
    sign=sign,
    vendor=BotFramework,
    urls=lambda url: {"keys_url": f"{url}/keys", "sign_in_url": url, "service_url": f"{url}/emea/"},
    answered=lambda vendor: [(s["text"], (s["conversation"]["id"], s["replyToId"])) for s in vendor.sent],
    place=("19:room@thread.tacv2;messageid=1481567603816", "1481567603816"),
    sender="aad-kim",
    id="1481567603816",
    sent_state="delivered",
    forgeries={
        "nothing": lambda body: Signed(),
        "no token": lambda body: Signed({"authorization": "Bearer x.y.z"}),
        "another key": lambda body: sign(body, key=OTHER),
        "an unknown key": lambda body: sign(body, head={"kid": "k2"}),
        "no signature": lambda body: sign(body, head={"alg": "none"}),
        "another audience": lambda body: sign(body, aud="somebody"),
        "another issuer": lambda body: sign(body, iss="https://evil.example"),
        "ended": lambda body: sign(body, exp=int(time.time()) - 301),
        "not yet": lambda body: sign(body, nbf=int(time.time()) + 400),
        "another serviceUrl": lambda body: sign(body, serviceurl="https://evil.example"),
    },
    without={
        "status": "what Teams took is in the conversation: it sends no notices",
        "malformed": "the signature covers serviceUrl, so an activity that is no JSON is refused as forged",
    },
)
