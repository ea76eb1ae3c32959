"""A year of votes counted by hand, in plain Python over the stored rows, gives the same index.

Nothing of the product's arithmetic is used for that: neither its counts, nor its periods, nor its
mappings, nor its rounding.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from collector.cli import main
from collector.index.figure import figure
from collector.index.periodnames import period_named
from collector.index.scales import MAPPINGS
from collector.ledger import reading
from collector.ledger.counts import local_day, rebuild
from collector.ledger.places import (
    Agency,
    Unit,
    put_agencies,
    put_counters,
    put_units,
)
from collector.ledger.places import (
    Counter as Loket,
)
from collector.ledger.store import open_ledger, read_ledger, writing
from tests.web import ZONE

DAY, QUARTER = 86_400, 900
BEGIN = 1_767_196_800  # 1 January 2026, 00.00 WITA
MAY_6 = BEGIN + 125 * DAY + 10 * 3600  # within a day
FACES = {"smiley-3": ("frown", "neutral", "smile"), "smiley-4": ("bad", "poor", "good", "great")}
COUNTERS = {"capil-1": "capil", "capil-2": "capil", "gambut-1": "gambut", "rsud-1": "rsud"}
# kiosk → its panel, and where it stood: (from, to, counter)
KIOSKS: dict[str, tuple[str, list[tuple[int, int | None, str]]]] = {
    "k-1": ("smiley-3", [(BEGIN - DAY, None, "capil-1")]),
    "k-2": ("smiley-3", [(BEGIN - DAY, MAY_6, "capil-2"), (MAY_6, None, "gambut-1")]),
    "k-3": ("smiley-3", [(BEGIN + 40 * DAY, BEGIN + 300 * DAY, "gambut-1")]),
    "k-4": ("smiley-4", [(BEGIN - DAY, None, "rsud-1")]),
}
PERIODS = [
    "2026",
    *(f"2026-S{n}" for n in (1, 2)),
    *(f"2026-T{n}" for n in range(1, 5)),
    *(f"2026-{n:02}" for n in range(1, 13)),
    *(f"2026-W{n:02}" for n in range(1, 54)),
]


class Vote(NamedTuple):
    """A row of the table of votes, with its kiosk."""

    kiosk: str
    e: int
    seq: int
    face: str
    question: str
    counted: int
    quality: str
    lo: int | None
    hi: int
    corrects: int | None


# ---------------------------------------------------------------- the year


def some_votes(random: Random) -> Iterator[Vote]:
    """Some 12,000: with corrections, tests, copies, and times of every quality."""
    for e, (kiosk, (scale, _)) in enumerate(KIOSKS.items(), 1):
        at, seq = BEGIN - 12 * 3600, 0
        while at < BEGIN + 400 * DAY:
            at += round(random.expovariate(1 / (10_000 if kiosk != "k-3" else 40_000)))
            seq += 1
            yield _vote(random, (kiosk, e, seq), FACES[scale], at)
            while random.random() < 0.03:  # a correction, and perhaps one of that
                first, seq = seq, seq + 1
                yield _vote(random, (kiosk, e, seq), FACES[scale], at)._replace(corrects=first)
                break


def _vote(random: Random, place: tuple[str, int, int], faces: tuple[str, ...], at: int) -> Vote:
    face = random.choices(faces, [random.random() + rank for rank in range(len(faces))])[0]
    question = random.choices(("pelayanan", "unheard-of"), (97, 3))[0]
    quality = random.choices("ABCD", (85, 8, 5, 2))[0]
    lo: int | None = at - at % QUARTER
    hi = at - at % QUARTER + QUARTER
    if quality == "C":
        lo = hi - QUARTER * random.choice((2, 40, 96, 300, 3000))
    if quality == "D":
        lo = None
    counted = 0 if random.random() < 0.02 else 1
    return Vote(*place, face, question, counted, quality, lo, hi, None)


def store(db: Database, votes: list[Vote]) -> None:
    with writing(db):
        for slug in sorted(set(COUNTERS.values())):
            put_agencies(db, [Agency(slug, slug, slug, "Loket", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
        put_counters(db, [Loket(c, f"{a}-kantor", "Loket") for c, a in COUNTERS.items()])
        for e, (kiosk, (_, stood)) in enumerate(KIOSKS.items(), 1):
            db.conn.execute("INSERT INTO kiosks VALUES (?, 0, NULL)", (kiosk,))
            db.conn.execute(
                "INSERT INTO epochs (e, epoch, kiosk, key, state, added_at, head)"
                " VALUES (?, ?, ?, '', 'approved', 0, '')",
                (e, f"{e:064}", kiosk),
            )
            rows = [(kiosk, *each) for each in stood]
            db.conn.executemany("INSERT INTO placements VALUES (?, ?, ?, ?)", rows)
        db.conn.executemany(
            "INSERT INTO votes (e, seq, face, question, test, counted, salt, time, quality, lo, hi,"
            " corrects, received_ms) VALUES (?, ?, ?, ?, 0, ?, ?, x'', ?, ?, ?, ?, 0)",
            [(v.e, v.seq, v.face, v.question, v.counted, v.seq.to_bytes(4), *v[6:]) for v in votes],
        )
    rebuild(db, local_day(ZONE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    with closing(open_ledger(folder / "ledger.db")) as db:
        store(db, list(some_votes(Random(2026))))
    return folder


@pytest.fixture(scope="module")
def db(folder: Path) -> Iterator[Database]:
    with closing(read_ledger(folder / "ledger.db")) as db:
        yield db


# ---------------------------------------------------------------- by hand


def exported(db: Database) -> list[Vote]:
    rows = db.conn.execute(
        "SELECT kiosk, e, votes.seq, face, question, counted, quality, lo, hi, corrects"
        " FROM votes JOIN epochs USING (e) ORDER BY e, votes.seq"
    )
    return [Vote(*row) for row in rows]


class Placed(NamedTuple):
    """A vote that counts, with its agency."""

    lo: int
    hi: int
    agency: str
    face: str


def that_count(votes: list[Vote]) -> list[Placed]:
    corrected = {(vote.e, vote.corrects) for vote in votes if vote.corrects}
    return [
        Placed(vote.lo, vote.hi, COUNTERS[counter], vote.face)
        for vote in votes
        if vote.counted and vote.question == "pelayanan" and (vote.e, vote.seq) not in corrected
        if vote.lo is not None and (counter := stood_at(vote))
    ]


def by_hand(placed: list[Placed], first: int, end: int) -> dict[str, Counter[str]]:
    """Agency → face → n of the votes that certainly lie in [first, end), Unix seconds."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for vote in placed:
        if first <= vote.lo and vote.hi <= end:
            sums[vote.agency][vote.face] += 1
    return sums


def stood_at(vote: Vote) -> str | None:
    stood, last = KIOSKS[vote.kiosk][1], vote.hi - 1
    for begin, end, counter in stood:
        if vote.lo is not None and begin <= vote.lo and (end is None or vote.hi <= end):
            return counter
    at_end = [c for begin, end, c in stood if begin <= last and (end is None or last < end)]
    return at_end[0] if at_end else None


def span(period: str) -> tuple[int, int]:
    """Its first second and its end, without the product's calendar."""
    year, _, part = period.partition("-")
    if part.startswith("W"):
        monday = date.fromisocalendar(int(year), int(part[1:]), 1)
        return unix(monday), unix(monday + timedelta(days=7))
    months = {"": (1, 12), "S1": (1, 6), "S2": (7, 12)}.get(part)
    if months is None:
        first = (int(part[1]) - 1) * 3 + 1 if part.startswith("T") else int(part)
        months = (first, first + 2 if part.startswith("T") else first)
    after = date(int(year) + months[1] // 12, months[1] % 12 + 1, 1)
    return unix(date(int(year), months[0], 1)), unix(after)


def unix(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY - 8 * 3600


# In 600ths of a point, so that all is whole.
WORTH = {
    "smiley-3/linear": {"frown": 15000, "neutral": 37500, "smile": 60000},
    "smiley-3/strict": {"frown": 15000, "neutral": 30000, "smile": 60000},
    "smiley-3/kind": {"frown": 15000, "neutral": 45000, "smile": 60000},
    "smiley-4/skm": {"bad": 15000, "poor": 30000, "good": 45000, "great": 60000},
    "smiley-4/happy": {"bad": 0, "poor": 20000, "good": 40000, "great": 60000},
    "smiley-5/linear": {
        "worst": 15000,
        "worse": 26250,
        "middling": 37500,
        "better": 48750,
        "best": 60000,
    },
    "smiley-5/happy": {
        "worst": 0,
        "worse": 15000,
        "middling": 30000,
        "better": 45000,
        "best": 60000,
    },
}


def index_by_hand(counts: Counter[str], worth: dict[str, int]) -> tuple[int, Decimal | None]:
    n = sum(counts[face] for face in worth)
    if n < 30:
        return n, None
    total = Decimal(sum(worth[face] * counts[face] for face in worth)) / (600 * n)
    return n, total.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.fixture(scope="module")
def placed(db: Database) -> list[Placed]:
    return that_count(exported(db))


# ---------------------------------------------------------------- both


def test_the_year_has_everything_that_may_go_wrong(db: Database) -> None:
    votes = exported(db)
    assert len(votes) > 8000
    assert sum(vote.corrects is not None for vote in votes) > 100
    for quality in "ABCD":
        assert sum(vote.quality == quality for vote in votes) > 100
    first, end = span("2026")
    across = [v for v in votes if v.kiosk == "k-2" and v.lo and v.lo < MAY_6 < v.hi]
    assert across
    assert any(v.lo is not None and v.lo < first < v.hi for v in votes)
    assert any(v.lo is not None and v.lo < end < v.hi for v in votes)
    assert set(by_hand(that_count(votes), first, end)) == set(COUNTERS.values())


@pytest.mark.parametrize("mapping", list(MAPPINGS))
def test_every_agency_and_period_has_the_index_that_is_counted_by_hand(
    db: Database, placed: list[Placed], mapping: str
) -> None:
    assert set(WORTH) == set(MAPPINGS)
    compared = 0
    for period in PERIODS:
        hand, ours = by_hand(placed, *span(period)), reading.by_agency(db, period_named(period))
        for agency in COUNTERS.values():
            shown = figure(ours.get(agency, {}), MAPPINGS[mapping])
            assert (shown.n, shown.index) == index_by_hand(hand[agency], WORTH[mapping]), period
            compared += shown.index is not None
    assert compared > 40 or mapping.startswith("smiley-5/")


def test_every_day_has_the_votes_that_are_counted_by_hand(
    db: Database, placed: list[Placed]
) -> None:
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(365)):
        hand = by_hand(placed, unix(day), unix(day) + DAY)
        assert reading.by_agency(db, period_named(day.isoformat())) == hand, day


@pytest.mark.parametrize("period", ["2026", "2026-S2", "2026-T2", "2026-05", "2026-W19"])
@pytest.mark.parametrize("mapping", ["smiley-3/linear", "smiley-4/skm"])
def test_the_command_prints_the_index_that_is_counted_by_hand(
    folder: Path, placed: list[Placed], period: str, mapping: str
) -> None:
    words = ["--data", str(folder), "index", "--period", period, "--mapping", mapping, "--json"]
    printed: Any = json.loads(CliRunner().invoke(main, words).stdout, parse_float=Decimal)
    hand = by_hand(placed, *span(period))
    for line in printed["agencies"]:
        expected = index_by_hand(hand[line["agency"]], WORTH[mapping])
        shown = line["index"] if line["index"] is None else Decimal(line["index"])
        assert (line["n"], shown) == expected
