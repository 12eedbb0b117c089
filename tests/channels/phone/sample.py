"""See tests.channels.sample."""

from tests.channels.sample import Sample, Signed
from tests.channels.sms.sample import FORM, sign
from tests.channels.sms.vendor import SID, TOKEN

SAMPLE = Sample(
    section={"account_sid": SID, "auth_token": TOKEN},
    sign=lambda body: sign(body, "phone"),
    sender="+15550002222",
    id="RE1",
    forgeries={
        "nothing": lambda body: Signed(),
        "another token": lambda body: sign(body, "phone", token="guessed"),
        "another body": lambda body: sign(body + b"&more=1", "phone"),
    },
    without={
        "media": "the recording is the message: see tests.channels.phone.test_phone",
        "status": "a person calls back",
        "edit": "what was said stays said",
    },
    content_type=FORM,
    suffix="form",
)
