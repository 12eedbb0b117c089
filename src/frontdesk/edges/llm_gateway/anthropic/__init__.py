"""The Anthropic-compatible part of the gateway."""
