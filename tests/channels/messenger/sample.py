"""See tests.channels.sample."""

from tests.channels import signers
from tests.channels.messenger.vendor import TOKEN, Graph
from tests.channels.sample import Sample, Signed

SECRET = "page app secret"

SAMPLE = Sample(
    section={"page_id": "990001", "access_token": TOKEN, "app_secret": SECRET, "verify_token": "word"},
    sign=lambda body: signers.meta(body, SECRET),
    vendor=Graph,
    urls=lambda url: {"api_url": f"{url}/v26.0"},
    answered=lambda vendor: [(s["message"]["text"], s["recipient"]) for s in vendor.sent],
    place={"id": "770001"},
    sender="770001",
    id="m_IN1",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: signers.meta(body, "guessed"),
        "another body": lambda body: signers.meta(body + b" ", SECRET),
    },
)
