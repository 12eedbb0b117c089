"""The pages of the console as its navigation lists them: one line for each page."""

from dataclasses import dataclass

from frontdesk.model import Role
from frontdesk.ui.languages import N_


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


GROUPS = (
    Group(
        "",
        (
            Entry("/console", N_("Home"), "home"),
            Entry("/console/interactions", N_("Interactions"), "list"),
            Entry("/console/history", N_("Message history"), "history"),
        ),
    ),
    Group(
        N_("Knowledge"),
        (
            Entry("/console/articles", N_("Articles"), "notes"),
            Entry("/console/answers", N_("Answers"), "target-group"),
            Entry("/console/products", N_("Products"), "product"),
            Entry("/console/orders", N_("Orders"), "sales-order"),
        ),
    ),
    Group(N_("Insights"), (Entry("/console/insights", N_("Insights"), "bar-chart"),)),
    Group(
        N_("Set-up"),
        (
            Entry("/console/effects", N_("Actions"), "process"),
            Entry("/console/macros", N_("Answers and macros"), "notes"),
            Entry("/console/assignment", N_("Assignment"), "user-settings", Role.SUPERVISOR),
            Entry("/console/rules", N_("Rules"), "workflow-tasks", Role.SUPERVISOR),
            Entry("/console/configuration", N_("Configuration"), "action-settings", Role.SUPERVISOR),
            Entry("/console/models", N_("Language models"), "ai", Role.SUPERVISOR),
            Entry("/console/accuracy", N_("Accuracy"), "target-group", Role.SUPERVISOR),
            Entry("/console/privacy", N_("Privacy"), "locked", Role.SUPERVISOR),
            Entry("/console/learning", N_("Learnt corrections"), "history", Role.SUPERVISOR),
        ),
    ),
    Group(
        N_("Access"),
        (
            Entry("/console/users", N_("Users"), "user-settings", Role.ADMIN),
            Entry("/console/keys", N_("API keys"), "locked", Role.ADMIN),
            Entry("/console/audit", N_("Audit trail"), "survey", Role.SUPERVISOR),
        ),
    ),
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
