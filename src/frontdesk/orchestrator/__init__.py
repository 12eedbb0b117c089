"""Decides by rules over facts, turns verdicts into actions, and carries each action out once."""
