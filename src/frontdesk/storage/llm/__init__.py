"""Stores of the LLM services: calls, budgets, cached answers, use cases, messages to read again."""
