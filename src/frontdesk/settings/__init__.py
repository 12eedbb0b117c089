"""The settings: their declaration, loading, and those that Cloud Foundry binds."""
