"""Connectors to back ends, one file each."""
