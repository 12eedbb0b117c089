"""Model services, one file each; `builtin` wraps the engine that ships."""
