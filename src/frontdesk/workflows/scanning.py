"""Whether an attachment may be kept, where a scanner is set up. What cannot be scanned is not kept."""

import logging

from frontdesk.interfaces import Failed
from frontdesk.interfaces.channel_stores import Scanner

log = logging.getLogger(__name__)


async def why_refused(content: bytes, scanner: Scanner | None, last_try: bool) -> str:
    """Why it is not kept, empty where it may be. Raises Failed where scanning is to be tried again."""
    if scanner is None:
        return ""
    try:
        found = await scanner.finding(content)
    except Failed as error:
        if not error.permanent and not last_try:
            raise
        log.error("an attachment is not kept, as it could not be scanned: %s", error)
        return "it could not be scanned"
    if found:
        log.warning("an attachment is not kept: %s", found)
    return f"the scanner found {found}" if found else ""
