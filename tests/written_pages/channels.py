"""Makes what the manual says of channels out of the registry: `python -m tests.written_pages.channels docs/reference`.

Each channel's page has two parts: a generated one and, below a mark, one that people write by hand, which is kept.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from frontdesk.channels.kind import NEEDED, SECRET, ChannelKind, ChannelTools, description, flag
from frontdesk.channels.registry import KINDS

BEGIN, END = "<!-- channels: made from the registry -->", "<!-- end channels -->"
BY_HAND = "<!-- below: written by hand -->"
UNWRITTEN = "Nothing has been written here yet.\n"


def settings_rows() -> str:
    """The settings of all channels as rows of the table in settings.md."""
    return "\n".join(row for kind in KINDS for row in _rows(kind, "channels."))


def page(kind: ChannelKind, by_hand: str) -> str:
    """A channel's page."""
    return f"{_made(kind)}\n{BY_HAND}\n\n{by_hand.strip()}\n"


def by_hand(text: str) -> str:
    """The part of a page that people wrote."""
    return text.partition(BY_HAND)[2].strip() or UNWRITTEN


def with_rows(text: str) -> str:
    """settings.md with the rows of channels as they are now. Raises ValueError where it has no place for them."""
    if BEGIN not in text:
        raise ValueError(f"settings.md has no line {BEGIN}")
    head, _, rest = text.partition(BEGIN)
    return (
        f"{head}{BEGIN}\n\n| setting | default | |\n|---|---|---|\n{settings_rows()}\n\n{END}{rest.partition(END)[2]}"
    )


def index() -> str:
    """The list of all channels."""
    rows = "\n".join(
        f"| [{kind.title}]({kind.name}.md) | `{kind.name}` | {kind.code} | {_address(kind)} |" for kind in KINDS
    )
    return (
        "# Channels\n\nEvery way a customer can reach us. A channel is there when its settings are filled in "
        "(`frontdesk channels list` tells); answers leave by the channel that the message came in by.\n\n"
        f"| channel | name | code | its vendor calls |\n|---|---|---|---|\n{rows}\n\n"
        "What holds for all of them: [how channels work](../../how-to/run-channels.md). "
        "One more: [add a channel](../../how-to/add-a-channel.md).\n"
    )


def write(folder: Path) -> None:
    """Write all pages below this folder."""
    pages = folder / "channels"
    pages.mkdir(exist_ok=True)
    for kind in KINDS:
        place = pages / f"{kind.name}.md"
        written = by_hand(place.read_text("utf-8")) if place.exists() else UNWRITTEN
        place.write_text(page(kind, written), "utf-8")
    (pages / "README.md").write_text(index(), "utf-8")
    settings = folder / "settings.md"
    settings.write_text(with_rows(settings.read_text("utf-8")), "utf-8")


def _made(kind: ChannelKind) -> str:
    limits = kind.build(kind.settings(), _no_tools()).limits
    hours = limits.window.total_seconds() / 3600 if limits.window else 0
    length = f"{limits.length:,} {limits.measure.value}, then split into up to {limits.most_parts}"
    rows = "\n".join(_rows(kind, "channels."))
    return (
        f"# {kind.title}\n\n| | |\n|---|---|\n| name | `{kind.name}` |\n| code | {kind.code} |\n"
        f"| its vendor calls | {_address(kind)} |\n| one answer | {length if limits.length else 'any length'} |\n"
        f"| answers are taken | {_within(hours) if hours else 'any time'} |\n\n"
        f"| setting | default | |\n|---|---|---|\n{rows}\n"
    )


def _within(hours: float) -> str:
    return f"within {hours:g} hours of the customer's last message"


def _address(kind: ChannelKind) -> str:
    return f"`/webhooks/channels/{kind.name}`" if kind.has_webhook else "nothing"


def _rows(kind: ChannelKind, prefix: str) -> list[str]:
    return [_row(each, f"{prefix}{kind.name}.") for each in msgspec.structs.fields(kind.settings)]


def _row(field: msgspec.structs.FieldInfo, prefix: str) -> str:
    default = field.default if field.default is not msgspec.NODEFAULT else ""
    said = {"": "empty", True: "`true`", False: "`false`"}.get(default, "") if isinstance(default, str | bool) else ""
    marks = " Needed." if flag(field, NEEDED) else ""
    marks += " Secret." if flag(field, SECRET) else ""
    shown = f"{default:g}" if isinstance(default, float) else str(default)
    return f"| `{prefix}{field.name}` | {said or f'`{shown}`'} | {description(field)}{marks} |"


class _NoReach:
    """Enough to make a channel whose limits are asked; it leads nowhere."""

    def __call__(self, url: str, *, trusted: bool = True, most_bytes: int = 0) -> Any:
        return None

    def mailbox(self, server: Any, folder: str) -> Any:
        return None

    async def post(self, server: Any, mail: Any) -> str:
        return ""


def _no_tools() -> ChannelTools:
    return ChannelTools(_NoReach(), lambda: datetime.now(UTC), lambda: 0.0, _NoReach())


def main() -> None:
    """Write the pages into the folder that is named."""
    write(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
