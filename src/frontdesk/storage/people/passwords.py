"""Password hashes: argon2id, with the parameters that RFC 9106 names for memory-constrained machines."""

import re

import argon2

from frontdesk.interfaces import Invalid
from frontdesk.model.translatable import tr

SHORTEST, LONGEST = 10, 1000
LEAST_SCORE, LOOKED_AT, OURSELVES = 3, 72, "frontdesk"
_PARTS = re.compile(r"[\W_]+")
STRONG = argon2.profiles.RFC_9106_LOW_MEMORY


class Passwords:
    """Makes and checks hashes with these parameters."""

    def __init__(self, parameters: argon2.Parameters = STRONG) -> None:
        """Only tests take others: a strong hash costs about 0.1 s."""
        self._hasher = argon2.PasswordHasher.from_parameters(parameters)
        self._of_nobody = ""

    def hash(self, password: str, *about: str) -> str:
        """What is stored of a password. Raises Invalid for one that is too short, too long or easily guessed.

        `about` is what others know of its owner: name and address.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise Invalid(tr("a password has {least} to {most} characters", least=SHORTEST, most=LONGEST), "password")
        if not _is_hard_to_guess(password, about):
            raise Invalid(
                tr("this password is easily guessed: use four or more words that nobody would put together"), "password"
            )
        return self.renew(password)

    def renew(self, password: str) -> str:
        """A hash by today's parameters of a password that was taken once."""
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


def _is_hard_to_guess(password: str, about: tuple[str, ...]) -> bool:
    """By zxcvbn, which looks for common passwords, names, dates, keyboards and repetitions, at the first 72 characters.

    3 of 4 is about 10^8 guesses: years at the rate at which sign-ins are let through.
    """
    from zxcvbn import zxcvbn  # its lists take 0.1 s to load

    known = [OURSELVES, *about, *(part for each in about for part in _PARTS.split(each) if part)]
    return int(zxcvbn(password[:LOOKED_AT], known)["score"]) >= LEAST_SCORE


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
