"""Whose command this is: the account that the journal names."""

import os
import pwd
import time
from collections.abc import Mapping

from collector.ledger.deeds import By, named


def by_me() -> By:
    """Who gave this command, now."""
    account = account_of(os.environ, os.getuid())
    return By(named("cli", account), time.time_ns() // 1_000_000)


def account_of(environment: Mapping[str, str], uid: int) -> str:
    """Who became root by sudo is meant, not root. A note for honest people, and no proof."""
    behind = environment.get("SUDO_USER", "")
    if uid == 0 and behind:
        return behind
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may have accounts without a name
        return str(uid)
