"""See tests.channels.sample."""

from tests.channels import signers
from tests.channels.sample import Sample, Signed
from tests.channels.slack.vendor import TOKEN, Workspace

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

SAMPLE = Sample(
    section={"signing_secret": SECRET, "bot_token": TOKEN},
    sign=lambda body: signers.slack(body, SECRET),
    vendor=Workspace,
    urls=lambda url: {"api_url": f"{url}/api"},
    answered=lambda vendor: [(s["text"], (s["channel"], s.get("thread_ts"))) for s in vendor.sent],
    place=("C1", "1764120000.000100"),
    sender="U1",
    id="1764120000.000100",
    sent_state="delivered",
    forgeries={
        "nothing": lambda body: Signed(),
        "another secret": lambda body: signers.slack(body, "guessed"),
        "another body": lambda body: signers.slack(body + b" ", SECRET),
        "stale": lambda body: signers.slack(body, SECRET, ago=301),
        "from the future": lambda body: signers.slack(body, SECRET, ago=-310),
        "no time": lambda body: Signed({"x-slack-signature": signers.slack(body, SECRET).headers["x-slack-signature"]}),
    },
    without={"status": "what Slack took is in the conversation: it sends no notices"},
)
