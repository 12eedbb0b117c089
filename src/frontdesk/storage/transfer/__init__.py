"""Exports whole tables, and loads many rows."""
