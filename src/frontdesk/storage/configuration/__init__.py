"""Stores of what people configure: code lists, rule sets, reply templates."""
