"""See tests.channels.sample."""

from tests.channels import signers
from tests.channels.sample import Sample, Signed

SECRET = "site secret"

SAMPLE = Sample(
    section={"secret": SECRET},
    sign=lambda body: signers.web(body, SECRET),
    sender="kim@example.com",
    id="w1",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: signers.web(body, "guessed"),
        "another body": lambda body: signers.web(body + b" ", SECRET),
        "stale": lambda body: signers.web(body, SECRET, ago=301),
    },
    without={
        "media": "the widget sends none yet",
        "edit": "the widget has no editing",
        "status": "the notice names an answer's own id, which no recording can know",
    },
)
