"""No code is taken twice: the ledger remembers the last one of each user."""

import logging
from threading import Lock

from collector.ledger import secondstep
from collector.ledger.store import LedgerError
from collector.ledger.users import User
from collector.web.site import writable

log = logging.getLogger("senyum.collector.web")


class Spent:
    """In memory as well: a ledger that cannot be written keeps nobody out, and no code is taken
    twice even then, unless these pages are started again within its minute and a half."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._lock = Lock()

    def spend(self, user: User, step: int) -> bool:
        """Take the code of this step; False if it, or a later one, was taken already."""
        with self._lock:
            if step <= max(user.totp_step, self._last.get(user.name, 0)):
                return False
            self._last[user.name] = step
        try:
            with writable() as db:
                return secondstep.spend(db, user.name, step)
        except LedgerError as error:
            log.error("code_not_kept user=%s error=%s", user.name, error)
            return True
