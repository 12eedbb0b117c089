"""Query options bound to an entity."""
