"""Actions and functions."""
