"""What people decided and stored with an entry in the journal: figures, signatures, remarks, cases.

Each is named, with the entry's time, and has a text that both the row and the entry lead to.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import journal
from collector.ledger.journal import Entry


class Decided(NamedTuple):
    name: str
    at_ms: int


_FIGURES: Final = (
    "SELECT * FROM releases WHERE audience <> 'district'"
    " AND (first_day, last_day, at_ms) = (?, ?, ?) ORDER BY r"
)
_PIECES: Final = "SELECT * FROM pieces WHERE (first_day, last_day, at_ms) = (?, ?, ?) ORDER BY b"
_MADE: Final = (
    "SELECT first_day, last_day, at_ms FROM releases WHERE audience <> 'district'"
    " UNION SELECT first_day, last_day, at_ms FROM pieces"
)
_BY_DIGEST: Final = ("release-published", "release-revised", "release-proposed")


def digest(db: Database, first_day: str, last_day: str, at_ms: int) -> str:
    """SHA-256 over `senyum/1 release` and each row that was made then, as JSON, ended by newlines.

    Rows of figures for the public and for heads, then of pieces. The district's own figures of the
    day are in no entry, and not in this.
    """
    made, lines = (first_day, last_day, at_ms), ["senyum/1 release"]
    for query in (_FIGURES, _PIECES):
        lines += [json.dumps(row) for row in db.conn.execute(query, made)]
    return sha256("\n".join([*lines, ""]).encode()).hexdigest()


def text_digest(text: str) -> str:
    """SHA-256 of a remark, so that the journal need not hold it."""
    return sha256(text.encode()).hexdigest()


# ---------------------------------------------------------------- as it is kept


def kept(db: Database) -> dict[Decided, str]:
    """Every such row, or rows that were made together."""
    found = {_figures(*row): digest(db, *row) for row in db.conn.execute(_MADE).fetchall()}
    for p, at_ms in db.conn.execute("SELECT p, at_ms FROM signatures"):
        found[_signature(p, at_ms)] = ""
    for p, agency, text, at_ms in db.conn.execute("SELECT p, agency, text, at_ms FROM remarks"):
        found[_remark(p, agency, at_ms)] = text_digest(text)
    for number, at_ms, *said in db.conn.execute(
        "SELECT id, at_ms, who, verdict, reason FROM misuse_closings"
    ):
        found[_case(number, at_ms)] = json.dumps(said)
    return found


# ---------------------------------------------------------------- as it was noted


def noted(db: Database) -> dict[Decided, str]:
    """The same as the journal tells it. Trials before figures had digests are passed over.

    So is an entry that cannot be read: somebody changed it, and the journal's chain tells so.
    """
    found: dict[Decided, str] = {}
    begun = False
    for entry in journal.entries(db):
        try:
            told = entry.told()
            begun |= "digest" in told
            found.update(_decided(entry, told, begun=begun))
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
    return found


def _decided(entry: Entry, told: dict[str, Any], *, begun: bool) -> Iterator[tuple[Decided, str]]:
    if entry.what == "case-closed":
        said = [entry.who, told["verdict"], told["reason"]]
        yield _case(told["case"], entry.at_ms), json.dumps(said)
    elif begun and entry.what in _BY_DIGEST:
        yield _figures(told["first_day"], told["last_day"], entry.at_ms), told["digest"]
    elif begun and entry.what == "release-signed":
        yield _signature(told["proposal"], entry.at_ms), ""
    elif begun and entry.what == "release-replied":
        yield _remark(told["proposal"], told["agency"], entry.at_ms), told["digest"]


def _figures(first_day: str, last_day: str, at_ms: int) -> Decided:
    return Decided(f"the figures of {first_day} to {last_day}", at_ms)


def _signature(p: int, at_ms: int) -> Decided:
    return Decided(f"the signature under proposal {p}", at_ms)


def _remark(p: int, agency: str, at_ms: int) -> Decided:
    return Decided(f"the remark of {agency} on proposal {p}", at_ms)


def _case(number: int, at_ms: int) -> Decided:
    return Decided(f"what was decided of case {number}", at_ms)
