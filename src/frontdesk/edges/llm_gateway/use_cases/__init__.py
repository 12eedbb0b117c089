"""The typed part of the gateway: use cases, vectors, reports of calls."""
