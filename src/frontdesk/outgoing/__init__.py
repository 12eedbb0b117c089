"""The only package that opens connections (HTTP, IMAP, SMTP), with limits, proxy and address checks."""

from frontdesk.outgoing.addresses import AddressRules
from frontdesk.outgoing.calls import Limits
from frontdesk.outgoing.client import Client
from frontdesk.outgoing.outgoing import Outgoing
from frontdesk.outgoing.proxy import HttpProxy

__all__ = ["AddressRules", "Client", "HttpProxy", "Limits", "Outgoing"]
