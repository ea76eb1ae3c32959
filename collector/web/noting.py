"""Who came in, for the journal. The pages only read the ledger, but for these short notes."""

import logging
from typing import Final

from flask import Flask, current_app

from collector.ledger import users
from collector.ledger.deeds import By, tell
from collector.ledger.store import LedgerError
from collector.web.attempts import Attempts
from collector.web.site import by, ledger, site, writable

log = logging.getLogger("senyum.collector.web")

FAILURES: Final = 60  # failed logins that are noted in an hour, of all together
HOUR: Final = 3600.0
_KEY: Final = "senyum-failures"


def init_app(app: Flask) -> None:
    app.extensions[_KEY] = Attempts(FAILURES, HOUR)


def note_login(name: str) -> None:
    _note(by(name), "login")


def note_failed_login(name: str) -> None:
    """The name only if it is an account's: people type passwords where a name belongs."""
    failures: Attempts = current_app.extensions[_KEY]
    if failures.begin("", site().clock()):
        return
    account = name if name in users.names(ledger()) else None
    _note(By("web:?", by("").at_ms), "login-failed", account=account)


def note_report(name: str, file: str) -> None:
    """Who took a report that is not for the public."""
    _note(by(name), "report-taken", file=file)


def _note(who: By, what: str, **detail: object) -> None:
    """A ledger that cannot be written keeps nobody out: the pages tell the admin that it is so."""
    try:
        with writable() as db:
            tell(db, who, what, **detail)
    except LedgerError as error:
        log.error("not_noted what=%s who=%s error=%s", what, who.who, error)
