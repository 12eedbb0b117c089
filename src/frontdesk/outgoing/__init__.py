"""The only room that opens connections (HTTP, IMAP, SMTP): pool, limits, address guard. Satisfies interfaces.Http."""

from frontdesk.outgoing.addresses import AddressRules
from frontdesk.outgoing.client import Client, Limits
from frontdesk.outgoing.opening import HttpProxy
from frontdesk.outgoing.outgoing import Outgoing

__all__ = ["AddressRules", "Client", "HttpProxy", "Limits", "Outgoing"]
