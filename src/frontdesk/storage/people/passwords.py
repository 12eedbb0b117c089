"""Password hashes: argon2id, with the parameters that RFC 9106 names for memory-constrained machines."""

import argon2

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

SHORTEST, LONGEST = 10, 1000
STRONG = argon2.profiles.RFC_9106_LOW_MEMORY


class Passwords:
    """Makes and checks hashes with these parameters."""

    def __init__(self, parameters: argon2.Parameters = STRONG) -> None:
        """Only tests take others: a strong hash costs about 0.1 s."""
        self._hasher = argon2.PasswordHasher.from_parameters(parameters)
        self._of_nobody = ""

    def hash(self, password: str) -> str:
        """What is stored of a password. Raises Invalid for one that is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Invalid(tr("a password has {least} to {most} characters", least=SHORTEST, most=LONGEST), "password")
        return self._hasher.hash(_bytes(password))

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether a password belongs to a hash (None: of nobody); takes about 0.1 s and 64 MiB either way."""
        if len(password) > LONGEST or "\0" in password:
            stored, password = None, ""
        try:
            return self._hasher.verify(stored or self._hash_of_nobody(), _bytes(password)) and stored is not None
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def is_outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _hash_of_nobody(self) -> str:
        """Checked for unknown accounts, so that they take as long as known ones; it fits no password that is let in."""
        if not self._of_nobody:
            self._of_nobody = self._hasher.hash("\0")
        return self._of_nobody


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
