"""Who runs a command, as the journal names them."""

import os
import pwd
import time
from collections.abc import Mapping

from collector.ledger.deeds import By, named


def by_me() -> By:
    """Who gave this command, now."""
    return By(who(os.environ, os.getuid()), time.time_ns() // 1_000_000)


def who(environment: Mapping[str, str], uid: int) -> str:
    """`cli:` and the account; behind sudo, the one that it was asked by.

    A note for honest people, and no proof: root can say what it likes.
    """
    behind = environment.get("SUDO_USER", "") if uid == 0 else ""
    return named("cli", behind or _account(uid))


def _account(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may have accounts without a name
        return str(uid)
