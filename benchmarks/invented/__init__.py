"""Invented messages in any number, with all that the pipeline and people would have left of them, to measure with."""
