"""Who reads the pages, and whether the cookie still holds.

A session is begun by a login and ended by the logout, by an hour without a request, by its age, and
by whatever gives the user another session word. Times are kept in the cookie, which is signed.
"""

import logging
import secrets
from typing import Final

from flask import g, session
from flask_login import UserMixin, current_user, login_user, logout_user

from collector.ledger import logins, users
from collector.ledger.roles import DISTRICT, Role
from collector.ledger.store import LedgerError
from collector.ledger.users import User
from collector.web.noting import note_login
from collector.web.site import ledger, site, writable

log = logging.getLogger("senyum.collector.web")

IDLE: Final = 3600  # seconds
LONGEST: Final = 12 * 3600


class Reader(UserMixin):  # type: ignore[misc]
    """A user who is logged in; the cookie carries the session word and this login, not the name."""

    def __init__(self, user: User, login: str) -> None:
        self.name = user.name
        self.role: Role = user.role
        self.agency = user.agency
        self.session = user.session
        self.login = login

    @property
    def of_district(self) -> bool:
        return self.role in DISTRICT

    def get_id(self) -> str:
        return f"{self.session}.{self.login}"


def reader() -> Reader:
    """Of this request, behind the wall."""
    found: Reader = g.reader
    return found


def of_cookie(word: str) -> Reader | None:
    own, _, login = word.partition(".")
    if not _fresh() or logins.has_ended(ledger(), login):
        return None
    user = users.of_session(ledger(), own)
    return Reader(user, login) if user else None


def _fresh() -> bool:
    now = site().clock()
    begun, seen = (session.get(key, 0) for key in ("begun", "seen"))
    return bool(now < begun + LONGEST and now < seen + IDLE)


def saw() -> None:
    """This request keeps the session from standing still."""
    session["seen"] = int(site().clock())


def enter(user: User) -> None:
    """Somebody comes in, which is noted in the journal."""
    note_login(user.name)
    begin(user)


def begin(user: User) -> None:
    """A session of this user, and of no other that was in this browser."""
    begin_anew()
    session["begun"] = int(site().clock())
    saw()
    login_user(Reader(user, secrets.token_hex(16)))


def begin_anew() -> None:
    """An empty session."""
    session.clear()
    session.permanent = True


def leave() -> None:
    """This login is over, also for whoever kept a copy of its cookie."""
    now, login = int(site().clock()), current_user.login
    try:
        with writable() as db:
            logins.end(db, login, now, LONGEST)
    except LedgerError as error:
        log.error("logout_not_kept error=%s", error)
    logout_user()
    begin_anew()
