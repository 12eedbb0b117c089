"""Rules of interactions: how messages open and join them, and how their status may change."""
