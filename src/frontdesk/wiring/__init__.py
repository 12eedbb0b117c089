"""Puts the parts together. Alone knows concrete classes; builds and hands over, decides nothing."""
