"""Alembic revisions from 0.1.0 on; each runs on SQLite, PostgreSQL and SAP HANA."""
