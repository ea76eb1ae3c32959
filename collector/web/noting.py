"""Who came in, for the journal. The pages only read the ledger, but for these short notes."""

import logging
from contextlib import closing
from typing import Final

from flask import Flask, current_app

from collector.ledger import users
from collector.ledger.deeds import By, named, tell
from collector.ledger.store import LedgerError, open_existing
from collector.web.attempts import Attempts
from collector.web.site import ledger, site

log = logging.getLogger("senyum.collector.web")

BUSY_MS: Final = 2000  # a page does not wait longer for another writer
FAILURES: Final = 60  # failed logins that are noted in an hour, of all together
HOUR: Final = 3600.0
_KEY: Final = "senyum-failures"


def init_app(app: Flask) -> None:
    app.extensions[_KEY] = Attempts(FAILURES, HOUR)


def note_login(name: str) -> None:
    _note(named("web", name), "login")


def note_failed_login(name: str) -> None:
    """The name only if it is an account's: people type passwords where a name belongs."""
    failures: Attempts = current_app.extensions[_KEY]
    if failures.begin("", site().clock()):
        return
    account = name if name in users.names(ledger()) else None
    _note("web:?", "login-failed", account=account)


def note_report(name: str, file: str) -> None:
    """Who took a report that is not for the public."""
    _note(named("web", name), "report-taken", file=file)


def _note(who: str, what: str, **detail: object) -> None:
    """A ledger that cannot be written keeps nobody out: the pages tell the admin that it is so."""
    by = By(who, int(site().clock() * 1000))
    try:
        with closing(open_existing(site().config.ledger, BUSY_MS)) as db:
            tell(db, by, what, **detail)
    except LedgerError as error:
        log.error("not_noted what=%s who=%s error=%s", what, who, error)
