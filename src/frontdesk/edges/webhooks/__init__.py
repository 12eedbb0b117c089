"""Webhooks that vendors of channels and back ends call."""
