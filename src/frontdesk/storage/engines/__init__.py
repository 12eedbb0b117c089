"""Databases that answer: SQLite, PostgreSQL, SAP HANA, behind one Protocol. Knows no table."""
