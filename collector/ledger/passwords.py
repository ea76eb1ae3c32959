"""Passwords: how long they are, how hard to guess, and their Argon2id hashes."""

import secrets
import unicodedata
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from collector.ledger.roles import UserError

SHORTEST: Final = 12
LONGEST: Final = 256
_HARD: Final = 10**8  # guesses, by zxcvbn's reckoning: what its authors call safely unguessable
_LOOKED_AT: Final = 72  # characters: zxcvbn takes long over more, and so many are enough
# fmt: off
_OWN_WORDS: Final = (
    "kotak", "senyum", "kotaksenyum", "banjar", "martapura", "kalimantan", "selatan", "indonesia",
    "kabupaten", "kecamatan", "dinas", "puskesmas", "bupati", "admin", "kata", "sandi", "katasandi",
    "rahasia", "selamat", "pagi", "merdeka", "bismillah",
)
# fmt: on


def hashed(password: str) -> str:
    """Raises UserError if it is too short, too long or easily guessed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserError(
            f"a password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}"
        )
    if easily_guessed(password):
        raise UserError(
            "this password is easily guessed; take some words that do not belong together"
        )
    return PasswordHasher().hash(_normal(password))


def easily_guessed(password: str) -> bool:
    """By lists of common passwords, names and words, dates, rows of keys, and our own words."""
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=_OWN_WORDS)
    return bool(found["guesses"] < _HARD)


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
