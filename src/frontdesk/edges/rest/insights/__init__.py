"""Insights over REST."""
