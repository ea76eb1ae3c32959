"""Figures that were given out: stored once, served from here, never computed again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.index.classes import Grade
from collector.index.periods import Days, Kind

Counts = tuple[int, ...]  # votes of each face of the mapping, least favourable first
Audience = Literal["public", "agency", "district"]
Scope = Literal["unit", "agency", "regency"]
Detail = Literal["exact", "rounded", "merged", "floor", "nothing"]
Alone = Literal["best", "worst"]  # the face that stands alone where all others are merged


@dataclass(frozen=True)
class Release:
    """One figure for one audience; columns as in the table."""

    audience: Audience
    scope: Scope
    place: str
    agency: str | None
    kind: Kind
    first_day: str
    last_day: str
    version: int
    rules: str
    mapping: str
    detail: Detail
    alone: Alone | None
    n: int | None
    cells: Counts
    index: Decimal | None
    low: Decimal | None
    high: Decimal | None
    grade: Grade | None
    phi: Decimal
    held: bool
    reason: str
    votes: Counts
    proposal: int | None
    at_ms: int

    @property
    def figure(self) -> tuple[str, str, str, str, str]:
        """What its versions have in common."""
        return self.audience, self.scope, self.place, self.first_day, self.last_day


class Piece(NamedTuple):
    """Votes of an agency that were told of together, once and for all; by unit and face.

    `most`: so many votes it had at most, as everybody knows who was told of its parts that they had
    too few; None if nobody knows.
    """

    agency: str
    days: Days
    votes: Mapping[str, Counts]
    most: int | None


class Proposal(NamedTuple):
    p: int
    kind: Kind
    first_day: str
    last_day: str
    reply_until: date
    at_ms: int
    signed_ms: int | None


class Remark(NamedTuple):
    agency: str
    text: str
    at_ms: int


_COLUMNS: Final = (
    "audience, scope, place, agency, kind, first_day, last_day, version, rules, mapping, detail,"
    " alone, n, cells, idx, low, high, grade, phi, held, reason, votes, proposal, at_ms"
)


# ---------------------------------------------------------------- figures


def add_release(db: Database, release: Release) -> None:
    """Inside of a transaction of the caller's."""
    row = [_column(getattr(release, field.name)) for field in fields(release)]
    marks = ", ".join("?" for _ in row)
    db.conn.execute(f"INSERT INTO releases ({_COLUMNS}) VALUES ({marks})", row)  # noqa: S608


def last_release(db: Database) -> int:
    """The number of the last figure; 0 if there is none."""
    return int(db.conn.execute("SELECT COALESCE(MAX(r), 0) FROM releases").fetchone()[0])


def releases(db: Database, days: Days) -> list[Release]:
    """Every version of every figure that lies in these days, in the order of their making."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM releases"  # noqa: S608
        " WHERE first_day >= ? AND last_day < ? ORDER BY r",
        (days.first.isoformat(), days.end.isoformat()),
    )
    return list(map(_release, rows))


_PUBLISHED: Final = (
    "(proposal IS NULL OR proposal IN (SELECT p FROM signatures))"  # of a figure the last version
    " AND version = (SELECT MAX(version) FROM releases AS other WHERE"
    " (other.audience, other.scope, other.place, other.first_day, other.last_day)"
    " = (releases.audience, releases.scope, releases.place, releases.first_day, releases.last_day)"
    " AND (other.proposal IS NULL OR other.proposal IN (SELECT p FROM signatures)))"
)


def published(db: Database, audience: str, days: Days) -> list[Release]:
    """What the audience is given of exactly these days: the last version of each figure."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM releases WHERE audience = ? AND (first_day, last_day) = (?, ?)"  # noqa: S608
        f" AND {_PUBLISHED} ORDER BY scope DESC, agency, place",
        (audience, *_ends(days)),
    )
    return list(map(_release, rows))


def proposed(db: Database, p: int) -> list[Release]:
    """What the proposal is about, for each audience; after a signature only what it changed."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM releases WHERE proposal = ?"  # noqa: S608
        " ORDER BY scope DESC, agency, place",
        (p,),
    )
    return list(map(_release, rows))


def published_ever(db: Database, audience: str) -> list[Release]:
    """What the audience was given of all periods, by day: the last version of each figure."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM releases WHERE audience = ? AND {_PUBLISHED}"  # noqa: S608
        " ORDER BY first_day, last_day, scope DESC, agency, place",
        (audience,),
    )
    return list(map(_release, rows))


def given_ms(db: Database, release: Release) -> int:
    """When a published figure was given out: with its signature, where it needs one."""
    if release.proposal is None:
        return release.at_ms
    row = db.conn.execute("SELECT at_ms FROM signatures WHERE p = ?", (release.proposal,))
    return int(row.fetchone()[0])


def published_periods(db: Database, audience: str) -> list[tuple[Kind, Days]]:
    """Kind and days of every period that the audience was given, the latest first."""
    rows = db.conn.execute(
        "SELECT DISTINCT kind, first_day, last_day FROM releases"
        " WHERE audience = ? AND (proposal IS NULL OR proposal IN (SELECT p FROM signatures))"
        " ORDER BY last_day DESC, first_day DESC",
        (audience,),
    )
    return [(kind, Days.from_to(first, last)) for kind, first, last in rows]


def _column(value: Any) -> Any:
    if isinstance(value, tuple):
        return json.dumps(value)
    return str(value) if isinstance(value, Decimal) else value


def _release(row: tuple[Any, ...]) -> Release:
    values = dict(zip((field.name for field in fields(Release)), row, strict=True))
    for name in ("index", "low", "high", "phi"):
        values[name] = None if values[name] is None else Decimal(values[name])
    for name in ("cells", "votes"):
        values[name] = tuple(json.loads(values[name]))
    values["held"] = bool(values["held"])
    return Release(**values)


def _ends(days: Days) -> tuple[str, str]:
    return days.first.isoformat(), days.last.isoformat()


# ---------------------------------------------------------------- what they are made from


def add_piece(db: Database, piece: Piece, at_ms: int) -> None:
    """Inside of a transaction of the caller's."""
    db.conn.execute(
        "INSERT INTO pieces (agency, first_day, last_day, votes, most, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (piece.agency, *_ends(piece.days), json.dumps(piece.votes), piece.most, at_ms),
    )


def pieces(db: Database, days: Days) -> list[Piece]:
    """Those that lie in these days, in the order of their making."""
    rows = db.conn.execute(
        "SELECT agency, first_day, last_day, votes, most FROM pieces"
        " WHERE first_day >= ? AND last_day < ? ORDER BY b",
        (days.first.isoformat(), days.end.isoformat()),
    )
    return [
        Piece(agency, Days.from_to(first, last), _by_unit(votes), most)
        for agency, first, last, votes, most in rows
    ]


def _by_unit(votes: str) -> dict[str, Counts]:
    return {unit: tuple(faces) for unit, faces in json.loads(votes).items()}


# ---------------------------------------------------------------- signing


def add_proposal(db: Database, kind: Kind, days: Days, reply_until: date, at_ms: int) -> int:
    cursor = db.conn.execute(
        "INSERT INTO proposals (kind, first_day, last_day, reply_until, at_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (kind, *_ends(days), reply_until.isoformat(), at_ms),
    )
    return int(cursor.lastrowid or 0)


def proposals(db: Database) -> Iterator[Proposal]:
    """In the order of their making."""
    rows = db.conn.execute(
        "SELECT p, kind, first_day, last_day, reply_until, proposals.at_ms, signatures.at_ms"
        " FROM proposals LEFT JOIN signatures USING (p) ORDER BY p"
    )
    for p, kind, first, last, until, at_ms, signed_ms in rows:
        yield Proposal(p, kind, first, last, date.fromisoformat(until), at_ms, signed_ms)


def unsigned(found: Iterable[Proposal]) -> list[Proposal]:
    """Of each period the last proposal, if nobody signed it yet."""
    last = {(each.first_day, each.last_day): each for each in found}
    return [each for each in last.values() if each.signed_ms is None]


def add_remark(db: Database, p: int, remark: Remark) -> None:
    db.conn.execute(
        "INSERT INTO remarks (p, agency, text, at_ms) VALUES (?, ?, ?, ?)", (p, *remark)
    )


def remarks(db: Database, p: int) -> dict[str, Remark]:
    """The last word of each agency on this proposal."""
    rows = db.conn.execute("SELECT agency, text, at_ms FROM remarks WHERE p = ? ORDER BY id", (p,))
    return {row[0]: Remark(*row) for row in rows}


def add_signature(db: Database, p: int, at_ms: int) -> None:
    db.conn.execute("INSERT INTO signatures VALUES (?, ?)", (p, at_ms))


def signed(db: Database) -> set[int]:
    """The proposals that are signed."""
    return {p for (p,) in db.conn.execute("SELECT p FROM signatures")}
