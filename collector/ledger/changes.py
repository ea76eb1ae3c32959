"""What changed at an agency, by local day: from placements, settings, rules, names and notes.

Nothing is copied: each is read from the table that is the truth about it, so that a placement that
is set right is right on the time line as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Final, Literal, NamedTuple

import msgspec
from sqlite_utils import Database

from collector.ledger.desired import DEFAULTS
from collector.ledger.notes import NoteKind, notes
from collector.ledger.placements import UNPLACED, Placement, counter_of, everywhere
from collector.ledger.places import Agency, Question, Spot, agencies, questions, spots
from collector.ledger.rotations import rotating, slots_of
from kiosk import wire

What = Literal[
    "kiosk-came",
    "kiosk-moved",
    "kiosk-left",
    "question",
    "rotation-begun",
    "rotation-ended",
    "begun",
    "followed",
    "ended",
    "ruleset",
    "hours",
    "release-rules",
    "note",
]

EVERYBODY: Final = ""  # the agency of a note of all
KIND_OF: Final[Mapping[What, NoteKind]] = {
    "kiosk-came": "kiosk",
    "kiosk-moved": "kiosk",
    "kiosk-left": "kiosk",
    "question": "question",
    "rotation-begun": "question",
    "rotation-ended": "question",
    "begun": "agency",
    "followed": "agency",
    "ended": "agency",
    "ruleset": "ruleset",
    "hours": "ruleset",
    "release-rules": "ruleset",
}


class Change(NamedTuple):
    """`told` is what the sentence about it needs, by name."""

    day: date
    agency: str
    kind: NoteKind
    what: What
    told: Mapping[str, str]


def changes(db: Database, zone: tzinfo, agency: str | None = None) -> list[Change]:
    """Of one agency with those of all, or of every agency; by day."""
    where = {spot.counter: spot for spot in spots(db)}
    known = {each.agency: each for each in agencies(db)}
    found = [
        *_placed(where, zone, everywhere(db)),
        *_asked(db, where, zone),
        *_rotated(db),
        *_ruled(db, zone),
        *_named(known),
        *_noted(db),
    ]
    wanted = [each for each in found if agency is None or each.agency in (agency, EVERYBODY)]
    return sorted(wanted, key=lambda each: (each.day, each.agency, each.what))


def _change(day: date, agency: str, what: What, **told: str) -> Change:
    return Change(day, agency, KIND_OF[what], what, told)


# ---------------------------------------------------------------- kiosks


def _placed(
    where: Mapping[str, Spot], zone: tzinfo, rows: Iterable[tuple[str, int, int | None, str]]
) -> Iterator[Change]:
    for kiosk, own in groupby(rows, key=lambda row: row[0]):
        stood = [Placement(*row[1:]) for row in own]
        befores, afters = [None, *stood[:-1]], [*stood[1:], None]
        for before, here, after in zip(befores, stood, afters, strict=True):
            yield from _came(kiosk, before, here, where, zone)
            yield from _left(kiosk, here, after, where, zone)


def _came(
    kiosk: str,
    before: Placement | None,
    here: Placement,
    where: Mapping[str, Spot],
    zone: tzinfo,
) -> Iterator[Change]:
    spot, day = where[here.counter], _day(here.from_at, zone)
    old = where[before.counter] if before and before.to_at == here.from_at else None
    told = {"kiosk": kiosk, "counter": _counter(spot)}
    if old and old.agency == spot.agency:
        yield _change(day, spot.agency, "kiosk-moved", before=_counter(old), **told)
    else:
        yield _change(day, spot.agency, "kiosk-came", **told)


def _left(
    kiosk: str,
    here: Placement,
    after: Placement | None,
    where: Mapping[str, Spot],
    zone: tzinfo,
) -> Iterator[Change]:
    if here.to_at is None:
        return
    spot = where[here.counter]
    stays = after and after.from_at == here.to_at and where[after.counter].agency == spot.agency
    if not stays:
        day = _day(here.to_at, zone)
        yield _change(day, spot.agency, "kiosk-left", kiosk=kiosk, counter=_counter(spot))


def _counter(spot: Spot) -> str:
    return f"{spot.unit_name}, {spot.counter_name}"


def _day(at: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


# ---------------------------------------------------------------- questions


def _asked(db: Database, where: Mapping[str, Spot], zone: tzinfo) -> Iterator[Change]:
    """The question that an admin told a kiosk to ask, when it was told; it may have been away."""
    placed = _by_kiosk(everywhere(db))
    texts = {each.question: each for each in questions(db)}
    rows = db.conn.execute(
        "SELECT kiosk, made_ms, settings FROM configs AS c WHERE NOT EXISTS (SELECT 1 FROM rotated"
        " AS r WHERE (r.kiosk, r.version) = (c.kiosk, c.version)) ORDER BY kiosk, version"
    )
    for kiosk, own in groupby(rows, key=lambda row: row[0]):
        asked = DEFAULTS.question
        for _, made_ms, settings in own:
            before, asked = asked, msgspec.json.decode(settings, type=wire.Settings).question
            at = made_ms // 1000
            counter = counter_of(placed.get(kiosk, []), at, at + 1)
            if asked != before and counter != UNPLACED:
                text = texts.get(asked, Question(asked, asked, asked))
                told = {"kiosk": kiosk, "question": text.text_id, "question_en": text.text_en}
                yield _change(_day(at, zone), where[counter].agency, "question", **told)


def _rotated(db: Database) -> Iterator[Change]:
    """When an agency's kiosks begin to ask the elements in turn, and when they do no longer."""
    for agency in rotating(db):
        ends = None
        for days, _ in slots_of(db, agency):
            if ends is not None and ends != days.first:
                yield _change(ends, agency, "rotation-ended")
            if ends != days.first:
                yield _change(days.first, agency, "rotation-begun")
            ends = days.end
        if ends is not None:
            yield _change(ends, agency, "rotation-ended")


def _by_kiosk(
    rows: Iterable[tuple[str, int, int | None, str]],
) -> dict[str, Sequence[Placement]]:
    return {
        kiosk: [Placement(*row[1:]) for row in own]
        for kiosk, own in groupby(rows, key=lambda row: row[0])
    }


# ---------------------------------------------------------------- rules

# The first that ever ran are no change.
_RULESETS: Final = """
SELECT at_ms, before, before_digest, ruleset, digest FROM (
    SELECT at_ms, ruleset, digest, LAG(ruleset) OVER runs AS before,
        LAG(digest) OVER runs AS before_digest
    FROM misuse_runs WINDOW runs AS (ORDER BY run)
) WHERE before_digest <> digest ORDER BY at_ms
"""
_HOURS: Final = """
SELECT at_ms FROM (
    SELECT at_ms, hours, LAG(hours) OVER (ORDER BY run) AS before FROM misuse_runs
) WHERE before <> hours ORDER BY at_ms
"""
_RELEASE_RULES: Final = """
SELECT at_ms, before, rules, before_mapping, mapping FROM (
    SELECT at_ms, rules, mapping, LAG(rules) OVER made AS before,
        LAG(mapping) OVER made AS before_mapping
    FROM releases WINDOW made AS (ORDER BY r)
) WHERE before <> rules OR before_mapping <> mapping ORDER BY at_ms
"""


def _ruled(db: Database, zone: tzinfo) -> Iterator[Change]:
    """Rules of misuse, hours of service, and rules of releases: from the first run with others."""
    for at_ms, old, old_digest, new, digest in db.conn.execute(_RULESETS):
        before, after = f"{old} ({old_digest[:12]})", f"{new} ({digest[:12]})"
        yield _of_all(at_ms, zone, "ruleset", before=before, after=after)
    for (at_ms,) in db.conn.execute(_HOURS):
        yield _of_all(at_ms, zone, "hours")
    for at_ms, old, new, old_mapping, mapping in db.conn.execute(_RELEASE_RULES):
        before, after = f"{old}, {old_mapping}", f"{new}, {mapping}"
        yield _of_all(at_ms, zone, "release-rules", before=before, after=after)


def _of_all(at_ms: int, zone: tzinfo, what: What, **told: str) -> Change:
    return _change(_day(at_ms // 1000, zone), EVERYBODY, what, **told)


# ---------------------------------------------------------------- agencies, and what people note


def _named(known: Mapping[str, Agency]) -> Iterator[Change]:
    """An agency that follows another begins on the day on which the other ends."""
    followed = set()
    for old in known.values():
        if old.valid_to is None:
            continue
        day = date.fromisoformat(old.valid_to)
        successor = known[old.successor].name if old.successor else ""
        yield _change(day, old.agency, "ended", successor=successor)
        if old.successor:
            followed.add((old.successor, day))
            yield _change(day, old.successor, "followed", before=old.name)
    for each in known.values():
        if each.valid_from and (each.agency, date.fromisoformat(each.valid_from)) not in followed:
            yield _change(date.fromisoformat(each.valid_from), each.agency, "begun")


def _noted(db: Database) -> Iterator[Change]:
    for note in notes(db):
        told = {"n": str(note.n), "text": note.text}
        yield Change(note.day, note.agency or EVERYBODY, note.kind, "note", told)
