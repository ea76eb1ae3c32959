"""Passwords: how long they are, and their Argon2id hashes."""

import secrets
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from collector.ledger.roles import UserError

SHORTEST: Final = 12
LONGEST: Final = 256


def hashed(password: str) -> str:
    """Raises UserError if it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserError(
            f"a password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}"
        )
    return PasswordHasher().hash(_normal(password))


def matches(kept: str | None, password: str) -> bool:
    """Whether `kept` is its hash. Without one the answer is no, and takes as long."""
    try:
        return (
            len(password) <= LONGEST
            and PasswordHasher().verify(kept or _nobody(), _normal(password))
            and kept is not None
        )
    except (VerificationError, InvalidHashError):
        return False


# The same letter can be typed as one code point or two, depending on the keyboard.
def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    """A hash that no password opens, to spend the same time on a name that does not exist."""
    return hashed(secrets.token_hex(16))
