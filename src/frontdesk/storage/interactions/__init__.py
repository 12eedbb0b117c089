"""Interactions as people and programs read and change them."""
