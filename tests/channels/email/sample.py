"""E-mail as the contract test sees it: by the webhook of a mail service. Mailboxes and SMTP have tests of their own."""

import base64

from tests.channels.sample import Sample, Signed

PASSWORD = "swordfish"


def _shown(password: str) -> Signed:
    return Signed({"authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()})


SAMPLE = Sample(
    section={
        "address": "support@desk.example",
        "smtp_host": "127.0.0.1",
        "smtp_port": 1,
        "smtp_security": "none",
        "inbound": "postmark",
        "inbound_password": PASSWORD,
    },
    sign=lambda _body: _shown(PASSWORD),
    sender="kim@customer.example",
    id="m1@customer.example",
    forgeries={
        "nothing": lambda _body: Signed(),
        "password": lambda _body: _shown("guessed"),
        "scheme": lambda _body: Signed({"authorization": f"Bearer {PASSWORD}"}),
        "encoding": lambda _body: Signed({"authorization": "Basic !!!"}),
    },
    without={
        "edit": "a mail cannot be changed",
        "status": "it names the answer by a key of ours; see test_by_webhook.py",
    },
)
