"""Who runs a command, as the journal names them."""

import getpass
from collections.abc import Mapping


def who(environment: Mapping[str, str]) -> str:
    """`cli:` and the account; behind sudo, the one that it was asked by."""
    return f"cli:{environment.get('SUDO_USER') or _account()}"


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name
        return "unknown"
