"""What each service offers: the entity model, declared once."""

from frontdesk.edges.odata.catalogue.services import SERVICES

__all__ = ["SERVICES"]
