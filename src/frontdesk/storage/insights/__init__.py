"""Stores of the facts behind the insights, and their updates."""
