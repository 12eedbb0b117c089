"""Whole tables out of a database, and many rows into it."""
