"""Ed25519 keys: one signing key makes one epoch."""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.durable import sync
from kiosk.errors import SenyumError


class KeyFileError(SenyumError, ValueError):
    """A key file is missing, unreadable or not an Ed25519 private key."""


class NoKeyError(KeyFileError):
    """There is no key in this file, and no other try will find one: it is gone or damaged."""


class SigningKey:
    """A private key that signs, and the public key as lowercase hex."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw().hex()

    def sign(self, text: bytes) -> bytes:
        return self._private.sign(text)


def load(path: Path) -> SigningKey:
    """Read a PEM private key; raises KeyFileError, and NoKeyError if none is there."""
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoKeyError(f"{path}: there is no signing key in it ({error})") from error
    except OSError as error:
        raise KeyFileError(f"{path}: cannot read the signing key ({error})") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKeyError(f"{path}: not an Ed25519 private key")
    return SigningKey(private)


def create(path: Path) -> SigningKey:
    """Make a new key at `path`, readable by its owner only; never overwrites a file."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked in: a power cut leaves either no key or a whole one.
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(aside, path)
    except FileExistsError as error:
        raise KeyFileError(f"{path}: a key is already there; it is not replaced") from error
    finally:
        aside.unlink()
    sync(path.parent)
    return SigningKey(private)


def load_or_create(path: Path) -> SigningKey:
    return load(path) if path.exists() else create(path)


@lru_cache(maxsize=4096)
def _public(key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))


def signed_by(key: str, signature: bytes, text: bytes) -> bool:
    """True when `signature` over `text` was made by the private half of `key` (hex)."""
    try:
        _public(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
