"""Stores of what is known: articles with their passages and vectors, products, orders."""
