"""Codes of six digits that change every half minute (RFC 6238), as authenticator apps show them.

A secret is kept locked: the ledger is copied to many places, the key to none.
"""

import base64
import secrets
from hmac import compare_digest
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from collector.errors import CollectorError

SECONDS: Final = 30
DIGITS: Final = 6
BYTES: Final = 20  # as RFC 4226 recommends
ISSUER: Final = "Kotak Senyum"


class OtherKey(CollectorError, ValueError):
    """The secret was locked with another key than that in totp.key."""


def new_secret() -> bytes:
    return secrets.token_bytes(BYTES)


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """The half minute whose code this is; a phone's clock may be one before or after."""
    totp, present, said = _totp(secret), int(now) // SECONDS, code.encode()
    for step in (present, present - 1, present + 1):
        if compare_digest(totp.generate(step * SECONDS), said):
            return step
    return None


def code_at(secret: bytes, now: float) -> str:
    """What a phone with this secret shows."""
    return _totp(secret).generate(int(now)).decode()


def address(secret: bytes, name: str) -> str:
    """What the QR code says: otpauth://…"""
    said = _totp(secret).get_provisioning_uri(name, ISSUER)
    return said.replace("+", "%20")  # some apps show the plus of a form as it stands


def spelled(secret: bytes) -> str:
    """For typing it in, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def lock(secret: bytes, key: bytes) -> str:
    """`key`: 32 bytes."""
    return _fernet(key).encrypt(secret).decode()


def unlock(locked: str, key: bytes) -> bytes:
    """Raises OtherKey."""
    try:
        return _fernet(key).decrypt(locked.encode())
    except InvalidToken as error:
        raise OtherKey(
            "totp.key in the data folder is not the one with which this user's second step was set"
            " up; put it back, or let 'senyum-collector user reset-totp NAME' begin anew"
        ) from error


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), SECONDS)  # noqa: S303 (what the apps know)


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))
