"""Accounts, API keys, customers and contacts."""
