"""Stand-ins for outside systems, as strict as the real ones: for laptops, the demo and tests, over real HTTP."""
