"""What the pages for setting up have in common."""

from frontdesk.interfaces import Invalid
from frontdesk.model import Role
from frontdesk.model.translatable import tr
from frontdesk.ui.services import ROLE, PageRequest

SUPERVISOR = {ROLE: Role.SUPERVISOR}
ADMIN = {ROLE: Role.ADMIN}
LARGEST_NUMBER = 2**31 - 1


def who(request: PageRequest) -> str:
    """The caller as it is noted with what they do."""
    return request.user.name or request.user.id


def number_in(fields: dict[str, str], name: str, most: int = LARGEST_NUMBER) -> int:
    """A whole number from 1 out of a form. Raises Invalid."""
    text = fields.get(name, "").strip()
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:12]) <= most:
        raise Invalid(tr("{field} is a whole number from 1 to {most:,}", field=name, most=most), name)
    return int(text)
