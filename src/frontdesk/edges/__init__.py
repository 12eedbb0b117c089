"""The edges: they translate between the outside's protocols and the house, and never choose."""
