"""What is or was wrong: seen by the collector, acknowledged and closed by people, over by itself.

An alert is live until what was wrong is so no more. One that a person has closed is silent while
it lasts, and comes anew only after it was over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger.deeds import By, deed
from collector.ledger.places import require_agency

Kind = Literal[
    "disk", "fork", "quarantine", "unheard", "job", "silent", "held", "box", "complaints", "near",
    "case", "plan", "sign", "drop",
]  # fmt: skip
State = Literal["open", "acknowledged", "closed", "over"]

LONGEST: Final = 300
WIDTH: Final = 75  # of the scale from 25 to 100, in points


class NoAlert(CollectorError, LookupError):
    """No alert that is live has this number."""


class AlertClosed(CollectorError, ValueError):
    """A person has closed it; what was said then stays."""


class BadComment(CollectorError, ValueError):
    """A comment says something, in one line."""


class BadThreshold(CollectorError, ValueError):
    """No number of points by which an index could fall."""


class Alert(NamedTuple):
    """What is wrong. `facts` are what its text needs: days in ISO form, points as text."""

    kind: Kind
    subject: str  # kiosk, agency, job …, as the kind has it
    since: str  # a local day, for no alert tells the time of a vote
    facts: Mapping[str, str | int]
    agency: str | None = None  # whose head reads it, too; None: the district alone

    @property
    def key(self) -> tuple[str, str]:
        """Two with the same key are the same trouble."""
        return self.kind, self.subject


class Kept(NamedTuple):
    """An alert, and what was said of it last."""

    id: int
    alert: Alert
    at_ms: int  # when it was seen
    state: State
    comment: str  # of whoever closed it
    who: str  # '' for the collector
    said_ms: int | None  # when


class Letter(NamedTuple):
    """What was handed over to a recipient on a local day."""

    recipient: str
    digest: bool
    alerts: tuple[int, ...]


# ---------------------------------------------------------------- what is wrong


def open_alerts(db: Database, fresh: Iterable[Alert], at_ms: int) -> None:
    """Inside of a transaction of the caller's."""
    db.conn.executemany(
        "INSERT INTO alerts (kind, subject, agency, since, facts, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        [(each.kind, each.subject, each.agency, each.since, _json(each), at_ms) for each in fresh],
    )


def end_alerts(db: Database, ids: Iterable[int], at_ms: int) -> None:
    """They are over by themselves. Inside of a transaction of the caller's."""
    for number in ids:
        _add(db, number, By("", at_ms), "over", "")


_KEPT: Final = (
    "SELECT a.id, kind, subject, since, facts, agency, a.at_ms, what, comment, who, e.at_ms"
    " FROM alerts a LEFT JOIN alert_events e ON e.id ="
    " (SELECT MAX(id) FROM alert_events WHERE alert = a.id)"
)


def live(db: Database) -> list[Kept]:
    """Those that are not over, in the order in which they were seen."""
    rows = db.conn.execute(f"{_KEPT} WHERE COALESCE(what, '') <> 'over' ORDER BY a.id")
    return [_kept(*row) for row in rows]


def over_since(db: Database, at_ms: int) -> list[Kept]:
    """Those that were over by themselves from then on, the latest first."""
    rows = db.conn.execute(
        f"{_KEPT} WHERE what = 'over' AND e.at_ms >= ? ORDER BY e.id DESC",
        (at_ms,),
    )
    return [_kept(*row) for row in rows]


def closings(db: Database) -> dict[int, tuple[str, str]]:
    """Alert → who closed it and why, of all that a person closed."""
    rows = db.conn.execute("SELECT alert, who, comment FROM alert_events WHERE what = 'closed'")
    return {alert: (who, comment) for alert, who, comment in rows}


def _kept(*row: Any) -> Kept:
    number, kind, subject, since, facts, agency, at_ms, what, *said = row
    alert = Alert(kind, subject, since, json.loads(facts), agency)
    comment, who, said_ms = said
    return Kept(number, alert, at_ms, what or "open", comment or "", who or "", said_ms)


def _json(alert: Alert) -> str:
    return json.dumps(dict(alert.facts), sort_keys=True, ensure_ascii=False)


# ---------------------------------------------------------------- what people said


def acknowledge(db: Database, by: By, number: int) -> None:
    """Somebody looks after it: nobody is told again. Raises NoAlert, AlertClosed.

    It may be said again, by another or the same.
    """
    with deed(db, by, "alert-acknowledged", alert=number) as noted:
        noted["kind"] = _require(db, number).alert.kind
        _add(db, number, by, "acknowledged", "")


def close_alert(db: Database, by: By, number: int, comment: str) -> None:
    """Done with, whatever it is. Raises NoAlert, AlertClosed, BadComment."""
    said = comment.strip()
    if not said or len(said) > LONGEST or not said.isprintable():
        raise BadComment(f"a comment is one line of at most {LONGEST} characters, without names")
    with deed(db, by, "alert-closed", alert=number, comment=said) as noted:
        noted["kind"] = _require(db, number).alert.kind
        _add(db, number, by, "closed", said)


def _require(db: Database, number: int) -> Kept:
    found = next((each for each in live(db) if each.id == number), None)
    if found is None:
        raise NoAlert(f"no alert {number} is live; 'alerts list' names those that are")
    if found.state == "closed":
        raise AlertClosed(f"alert {number} was closed by {found.who}: {found.comment}")
    return found


def _add(db: Database, number: int, by: By, what: str, comment: str) -> None:
    db.conn.execute(
        "INSERT INTO alert_events (alert, at_ms, who, what, comment) VALUES (?, ?, ?, ?, ?)",
        (number, by.at_ms, by.who, what, comment),
    )


# ---------------------------------------------------------------- who was told


def add_letter(db: Database, letter: Letter, day: str, at_ms: int) -> None:
    """Inside of a transaction of the caller's."""
    cursor = db.conn.execute(
        "INSERT INTO alert_letters (recipient, day, digest, at_ms) VALUES (?, ?, ?, ?)",
        (letter.recipient, day, letter.digest, at_ms),
    )
    db.conn.executemany(
        "INSERT INTO alert_told VALUES (?, ?)",
        [(cursor.lastrowid, alert) for alert in letter.alerts],
    )


def told(db: Database) -> set[tuple[str, int]]:
    """(recipient, live alert) of which a letter has told."""
    return set(
        db.conn.execute(
            "SELECT recipient, alert FROM alert_told JOIN alert_letters ON letter = id WHERE alert"
            " NOT IN (SELECT alert FROM alert_events WHERE what = 'over')"
        )
    )


def told_on(db: Database, day: str) -> set[tuple[str, str, str]]:
    """(recipient, kind, subject) of which a letter of this day has told, live or over."""
    return set(
        db.conn.execute(
            "SELECT recipient, kind, subject FROM alert_letters l JOIN alert_told ON letter = l.id"
            " JOIN alerts a ON a.id = alert WHERE day = ?",
            (day,),
        )
    )


def digested(db: Database, day: str) -> set[str]:
    """Recipients whose daily letter of this day has gone."""
    rows = db.conn.execute("SELECT recipient FROM alert_letters WHERE digest AND day = ?", (day,))
    return {recipient for (recipient,) in rows}


# ---------------------------------------------------------------- thresholds


class Thresholds(NamedTuple):
    """By how many points an index falls before there is an alert."""

    own: Mapping[str, Decimal]  # agency → its own; 0: never
    of_all: Decimal | None  # of those without one of their own; None: there is none

    def of(self, agency: str) -> Decimal | None:
        """None: never."""
        return self.own.get(agency, self.of_all) or None


def set_threshold(db: Database, by: By, agency: str | None, points: Decimal | None) -> None:
    """From now on; of all without `agency`. 0 ends it; without `points` that of all holds.

    Raises UnknownPlace, BadThreshold.
    """
    if points is not None and not 0 <= points <= WIDTH:
        raise BadThreshold(f"{points} points: an index can fall by more than 0 and at most {WIDTH}")
    said = None if points is None else str(points)
    with deed(db, by, "alert-threshold", agency=agency, points=said):
        if agency is not None:
            require_agency(db, agency)
        db.conn.execute(
            "INSERT INTO alert_thresholds (agency, points, at_ms, who) VALUES (?, ?, ?, ?)",
            (agency, said, by.at_ms, by.who),
        )


def thresholds(db: Database) -> Thresholds:
    found = dict(_last_thresholds(db))
    of_all = found.pop(None, None)
    return Thresholds({agency: points for agency, points in found.items() if agency}, of_all)


def _last_thresholds(db: Database) -> Iterator[tuple[str | None, Decimal]]:
    rows = db.conn.execute(
        "SELECT agency, points FROM alert_thresholds"
        " WHERE id IN (SELECT MAX(id) FROM alert_thresholds GROUP BY agency) AND points IS NOT NULL"
    )
    for agency, points in rows:
        yield agency, Decimal(points)
