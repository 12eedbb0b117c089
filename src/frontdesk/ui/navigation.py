"""The pages of the console as its navigation lists them: one line for each page (navigation.toml)."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from frontdesk.model import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the side navigation: its path, its label, an icon of frontend/icons.txt, and who sees it."""

    path: str
    label: str
    icon: str
    role: Role = Role.AGENT


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that stand together under a label, empty for none."""

    label: str
    entries: tuple[Entry, ...]


GROUPS = msgspec.convert(
    tomllib.loads(files(__package__).joinpath("navigation.toml").read_text("utf-8"))["groups"], tuple[Group, ...]
)
# What they see who are narrowed to some teams (see edges.access.reach).
NARROWED = ("/console/interactions", "/console/macros", "/console/articles", "/console/products")


def navigation(role: Role, *, is_narrowed: bool = False) -> tuple[Group, ...]:
    """The pages for this role, and for who is narrowed to some teams; empty groups are left out."""
    theirs = (
        Group(g.label, tuple(e for e in g.entries if role.covers(e.role) and (not is_narrowed or e.path in NARROWED)))
        for g in GROUPS
    )
    return tuple(group for group in theirs if group.entries)
