"""Stores of channels: raw events, attachments, delivery parts, the ledger."""
