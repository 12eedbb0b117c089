"""What all answers of the interface have in common."""

import msgspec


class ApiAnswer(msgspec.Struct, frozen=True):
    """The base of all answers."""
