"""Frontdesk: captures every customer message, understands it, decides by rules, acts once, answers."""

__version__ = "0.1.0"
