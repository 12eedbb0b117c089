"""See tests.channels.sample."""

from dataclasses import replace

from tests.channels.messenger.sample import SAMPLE as MESSENGER
from tests.channels.messenger.sample import SECRET
from tests.channels.messenger.vendor import TOKEN, InstagramGraph

SAMPLE = replace(
    MESSENGER,
    section={"account_id": "880001", "access_token": TOKEN, "app_secret": SECRET, "verify_token": "word"},
    vendor=InstagramGraph,
    status_becomes="read",
)
