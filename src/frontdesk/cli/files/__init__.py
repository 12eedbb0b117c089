"""Reads records from files of any origin."""
