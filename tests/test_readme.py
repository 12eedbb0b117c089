"""The README shows the pipeline as it is, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_the_pipeline_in_the_readme_is_the_one_in_the_code() -> None:
    [shown] = re.findall(r"```python\n(.*?)```", README, re.S)
    assert shown.strip() in (ROOT / "src/frontdesk/workflows/handle_message.py").read_text("utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", README))))
def test_a_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
