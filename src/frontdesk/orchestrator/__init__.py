"""Deciding and doing: rules over facts, actions out of verdicts, effects that happen once."""
