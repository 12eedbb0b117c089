"""A language model for the demo: any server that speaks OpenAI's Chat Completions."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from frontdesk.cli.framework.opening import Container, override
from frontdesk.interfaces import Invalid

if TYPE_CHECKING:
    from frontdesk.settings.sections import Settings

NAME = "demo-model"
# A small machine takes long for one message and reads one at a time, so the time limit covers waiting in line.
PATIENCE = 600.0
AT_ONCE = 2


def with_model(settings: "Settings", url: str | None, model: str | None, key_env: str | None) -> "Settings":
    """The settings with this model before the built-in engine in every chain. Raises Invalid."""
    from frontdesk.providers.options import ServiceOptions

    if url is None:
        if model or key_env:
            raise Invalid("--model and --llm-key-env belong to --llm URL: name the server as well", "llm")
        return settings
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid(f"--llm {url!r} is not an address like http://127.0.0.1:11434/v1", "llm")
    if not model:
        raise Invalid("--llm needs --model NAME, as the server calls it", "model")
    service = ServiceOptions(
        kind="openai",
        base_url=url.rstrip("/"),
        model=model,
        key_env=key_env or "",
        first_byte_seconds=PATIENCE,
        idle_seconds=PATIENCE,
        total_seconds=PATIENCE,
    )
    with_service = override(
        settings,
        "llm",
        services={**settings.llm.services, NAME: service},
        chains={"default": [NAME, "builtin"]},
        deadline_seconds=PATIENCE,
        stretch=PATIENCE,
    )
    return override(with_service, "work", slots=AT_ONCE)


async def read_again(container: Container) -> None:
    """Have the model read what an earlier demo without it had read by the built-in engine."""
    from frontdesk.model import Tier

    if NAME in container.settings.llm.services:
        await container.work.rereadings.plan(Tier.BUILTIN, marked_only=False, limit=1000)
