"""Alembic revisions; each runs on SQLite and PostgreSQL."""
