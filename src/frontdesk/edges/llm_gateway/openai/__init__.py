"""The OpenAI-compatible part of the gateway."""
