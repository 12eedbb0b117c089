"""Builds the front end into src/frontdesk/ui/static; placeholder until the bundle lands."""
