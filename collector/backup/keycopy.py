"""The key that kiosks believe, locked with a code that is written on paper.

It is no part of the daily backups: those are many and travel far, it is one and never changes. Who
has it could tell kiosks that votes are safe which nobody stored; who has lost it must visit every
kiosk. So it is copied once, and what opens the copy lies elsewhere.
"""

import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from collector.backup import durable
from collector.backup.errors import BackupError

# 125 bits of chance: nobody chooses a code, so none can be guessed. Crockford's alphabet has no
# letter that is read as another.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS: Final = 5
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def lock(key_file: Path, target: Path) -> str:
    """Write the key, locked, to the new file `target`; the code that unlocks it. BackupError."""
    code = "-".join(
        "".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS)) for _ in range(_GROUPS)
    )
    _write(target, _read(key_file, None), BestAvailableEncryption(_secret(code)))
    return code


def unlock(copy: Path, code: str, key_file: Path) -> str:
    """Put the key back to where none is; its public half, in hex. Raises BackupError."""
    key = _read(copy, _secret(code))
    _write(key_file, key, NoEncryption())
    return key.public_key().public_bytes_raw().hex()


def _secret(code: str) -> bytes:
    """As it was meant: a zero that was read as an O is one, a forgotten dash is no matter."""
    return code.strip().upper().translate(_MISREAD).encode()


def _read(file: Path, secret: bytes | None) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=secret)
    except (OSError, TypeError, ValueError) as error:
        why = "the code is not the one, or the file is damaged" if secret else str(error)
        raise BackupError(f"{file}: cannot read the key: {why}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BackupError(f"{file}: is no key of a collector")
    return key


def _write(file: Path, key: Ed25519PrivateKey, how: KeySerializationEncryption) -> None:
    try:
        durable.write_new(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
    except FileExistsError as error:
        raise BackupError(f"{file}: is there already, and is not replaced") from error
    except OSError as error:
        raise BackupError(f"{file}: cannot be written: {error}") from error
