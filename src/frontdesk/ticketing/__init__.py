"""Interactions: how messages open and join them, and how their status may move."""
