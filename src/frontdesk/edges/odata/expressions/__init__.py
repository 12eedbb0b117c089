"""Expressions of OData URLs: parsed, bound to an entity, checked."""
