"""Measurements and fault runs; `bin/bench` and `bin/chaos` start them. Everything stays on this machine's loopback."""
