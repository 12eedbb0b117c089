"""See tests.channels.sample."""

from tests.channels.sample import Sample, Signed

SAMPLE = Sample(
    section={},
    sign=lambda body: Signed(),
    without=dict.fromkeys(("media", "status", "edit", "unknown_type"), "an agent types what was said"),
)
