"""What doors ask, by subject. Made once by wiring; a door types against the parts that it needs."""
