"""senyum-collector release: from counts to what each audience reads, and who signed it."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from sqlite3 import IntegrityError
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from collector.cli import main
from collector.index.periods import Days
from collector.ledger.deeds import By
from collector.ledger.journal import entries
from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.releases import Release, published, releases, remarks
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.release.publishing import Order, Overtaken, make, store
from collector.release.signing import NoRemark, NotNow, propose, publish_due, reply, revise, sign
from collector.release.timetable import Period, due, period_of

YEAR = Days(date(2025, 1, 1), date(2026, 1, 1))
JANUARY = Period("month", Days(date(2025, 1, 1), date(2025, 2, 1)))
FIRST = Period("triwulan", Days(date(2025, 1, 1), date(2025, 4, 1)))
BY = By("cli:sari", 1_763_860_500_000)
# Frowns, neutral faces and smiles of each month, from January on.
VOTES = {
    "dukcapil-a": ((14, 22, 160), (16, 25, 149), (12, 19, 171)),
    "dukcapil-b": ((6, 9, 60), (8, 11, 71), (7, 6, 66)),
    "gambut-a": ((3, 7, 41), (6, 8, 44), (9, 11, 38)),
    "arsip-a": ((1, 2, 9), (0, 1, 7), (1, 0, 12)),
}
FACES = ("frown", "neutral", "smile")


def vote(db: Database, unit: str, day: str, votes: tuple[int, ...]) -> None:
    with writing(db):
        db.conn.executemany(
            "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)",
            [(f"{unit}-1", day, day, *each) for each in zip(FACES, votes, strict=True) if each[1]],
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        with writing(db):
            for slug in ("dukcapil", "gambut", "arsip"):
                put_agencies(db, [Agency(slug, slug, slug, "Loket umum", "test", True)])
            for unit in VOTES:
                put_units(db, [Unit(unit, unit[:-2], unit)])
                put_counters(db, [Counter(f"{unit}-1", unit, "Loket 1")])
        for unit, months in VOTES.items():
            for number, votes in enumerate(months, 1):
                vote(db, unit, f"2025-0{number}-14", votes)
    return tmp_path


@pytest.fixture
def db(folder: Path) -> Iterator[Database]:
    with closing(open_ledger(folder / "ledger.db")) as db:
        yield db


def told(rows: list[Release]) -> dict[str, tuple[Any, ...]]:
    return {row.place: (row.detail, row.n, row.cells, row.index) for row in rows}


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "release", *words])


# ---------------------------------------------------------------- months


def test_a_month_is_given_out_ten_days_after_its_end(db: Database) -> None:
    publish_due(db, BY, date(2025, 2, 10))
    assert published(db, "public", JANUARY.days) == []
    publish_due(db, BY, date(2025, 2, 11))
    assert told(published(db, "public", JANUARY.days)) == {
        "": ("nothing", None, (), None),
        "arsip": ("nothing", None, (), None),
        "dukcapil": ("rounded", 270, (20, 30, 220), 90),
        "gambut": ("merged", 50, (40, 10), 90),
    }


def test_its_agency_reads_exact_counts_and_one_decimal(db: Database) -> None:
    publish_due(db, BY, date(2025, 2, 11))
    rows = told(published(db, "agency", JANUARY.days))
    assert [str(rows[place][3]) for place in ("dukcapil", "dukcapil-a")] == ["90.2", "90.4"]
    assert rows["dukcapil"][:3] == ("exact", 271, (20, 31, 220))
    assert rows["gambut"][0] == "merged"
    assert rows["arsip"][0] == "nothing"


def test_what_was_given_out_is_not_made_again(db: Database) -> None:
    assert publish_due(db, BY, date(2025, 2, 11))
    vote(db, "dukcapil-a", "2025-01-20", (1, 1, 1))
    after = [row for row in publish_due(db, BY, date(2025, 2, 11)) if row.audience != "district"]
    assert after == []
    assert [row.version for row in releases(db, YEAR) if row.audience != "district"] == [1] * 9


def test_the_district_has_every_vote_and_a_new_figure_when_one_came(db: Database) -> None:
    publish_due(db, BY, date(2025, 1, 20))
    vote(db, "arsip-a", "2025-01-20", (0, 0, 4))
    publish_due(db, BY, date(2025, 1, 21))
    [arsip] = [row for row in published(db, "district", JANUARY.days) if row.place == "arsip"]
    assert (arsip.detail, arsip.cells, arsip.version) == ("exact", (1, 2, 13), 2)
    assert arsip.index == Decimal("90.63")
    assert published(db, "public", JANUARY.days) == []


# ---------------------------------------------------------------- a triwulan tells no month


def test_a_triwulan_says_of_a_month_what_the_month_said(db: Database) -> None:
    """Gambut's January has three frowns, which February, March and an exact triwulan would tell."""
    publish_due(db, BY, date(2025, 4, 11))
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    rows = [row for row in releases(db, YEAR) if row.kind == "triwulan"]
    agency = {row.place: row for row in rows if row.audience == "agency"}
    gambut = agency["gambut"]
    assert (gambut.detail, gambut.n, gambut.cells, gambut.held) == ("merged", 165, (120, 45), True)
    assert agency["dukcapil-a"].cells == (42, 66, 480)


def test_months_of_too_few_votes_are_told_together(db: Database) -> None:
    publish_due(db, BY, date(2025, 4, 11))
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    rows = [row for row in releases(db, YEAR) if row.place == "arsip" and row.audience == "public"]
    assert [(row.kind, row.detail, sum(row.votes)) for row in rows] == [
        ("month", "nothing", 12),
        ("month", "nothing", 8),
        ("month", "nothing", 13),
        ("triwulan", "floor", 33),
    ]


def test_units_are_told_all_or_none(db: Database) -> None:
    """What is told of one, and the choice to tell it, would tell of the other."""
    vote(db, "dukcapil-b", "2025-02-20", (0, 0, 3))
    with writing(db):
        db.conn.execute(
            "UPDATE counts_day SET n = 2 WHERE counter = 'dukcapil-b-1' AND face = 'frown'"
            " AND first_day = '2025-02-14'"
        )
    publish_due(db, BY, date(2025, 3, 11))
    rows = [row for row in releases(db, YEAR) if row.scope == "unit" and row.audience == "agency"]
    told = {(row.place, row.first_day[5:7]): row.detail for row in rows}
    assert told == {
        ("dukcapil-a", "01"): "exact",
        ("dukcapil-b", "01"): "exact",
        ("dukcapil-a", "02"): "nothing",
        ("dukcapil-b", "02"): "nothing",
    }


# ---------------------------------------------------------------- a revision


def test_a_revision_is_a_new_version_with_its_reason(db: Database) -> None:
    publish_due(db, BY, date(2025, 2, 11))
    vote(db, "dukcapil-a", "2025-01-20", (10, 10, 20))
    made = revise(db, BY, JANUARY, "kiosk tanpa jaringan")
    assert {(row.audience, row.place) for row in made} == {
        ("agency", "dukcapil"),
        ("agency", "dukcapil-a"),
        ("public", "dukcapil"),
    }
    [new] = [row for row in published(db, "public", JANUARY.days) if row.place == "dukcapil"]
    assert (new.version, new.reason, new.n) == (2, "kiosk tanpa jaringan", 310)
    assert [row.n for row in releases(db, YEAR) if row.figure == new.figure] == [270, 310]


def test_a_few_late_votes_make_no_new_version_but_count_in_the_triwulan(db: Database) -> None:
    publish_due(db, BY, date(2025, 3, 11))
    vote(db, "dukcapil-a", "2025-01-20", (12, 0, 10))
    assert revise(db, BY, JANUARY, "suara terlambat") == []
    vote(db, "dukcapil-a", "2025-02-20", (0, 12, 10))
    publish_due(db, BY, date(2025, 4, 11))
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    [row] = [
        row
        for row in releases(db, YEAR)
        if (row.audience, row.place, row.kind) == ("agency", "dukcapil", "triwulan")
    ]
    assert (row.detail, row.cells) == ("exact", (75, 104, 697))


def test_votes_that_are_taken_away_make_a_new_version_unless_few_are_left(db: Database) -> None:
    publish_due(db, BY, date(2025, 2, 11))
    leave_out(db, "dukcapil-a", "2025-01-14", (0, 0, 140))
    leave_out(db, "gambut-a", "2025-01-14", (0, 0, 35))  # six smiles would be left
    made = revise(db, BY, JANUARY, "penekanan beruntun")
    agency = {row.place: row.cells for row in made if row.audience == "agency"}
    assert agency == {"dukcapil": (20, 31, 80), "dukcapil-a": (14, 22, 20)}


def leave_out(db: Database, unit: str, day: str, votes: tuple[int, ...]) -> None:
    with writing(db):
        db.conn.executemany(
            "UPDATE counts_day SET n = n - ? WHERE counter = ? AND first_day = ? AND face = ?",
            [(n, f"{unit}-1", day, face) for face, n in zip(FACES, votes, strict=True)],
        )


@pytest.mark.parametrize(
    ("period", "why"), [(FIRST, "propose it again"), (JANUARY, "was not given out yet")]
)
def test_what_cannot_be_revised(db: Database, period: Period, why: str) -> None:
    with pytest.raises(NotNow, match=why):
        revise(db, BY, period, "salah")


# ---------------------------------------------------------------- proposed, replied to, signed


def test_a_triwulan_is_published_only_when_it_is_signed(db: Database) -> None:
    publish_due(db, BY, date(2025, 4, 11))
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    assert published(db, "public", FIRST.days) == []
    sign(db, BY, FIRST, date(2025, 4, 19))
    rows = published(db, "public", FIRST.days)
    assert [row.place for row in rows] == ["", "arsip", "dukcapil", "gambut"]


def test_an_agency_has_its_say_until_the_last_day(db: Database) -> None:
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    reply(db, BY, FIRST, agency="gambut", text="Loket pindah.", today=date(2025, 4, 17))
    reply(db, BY, FIRST, agency="gambut", text="Loket\n pindah gedung.", today=date(2025, 4, 18))
    assert [remark.text for remark in remarks(db, 1).values()] == ["Loket pindah gedung."]
    with pytest.raises(NotNow, match="2025-04-18"):
        reply(db, BY, FIRST, agency="gambut", text="Lagi.", today=date(2025, 4, 19))


def test_nobody_signs_before_the_agencies_had_their_days(db: Database) -> None:
    with pytest.raises(NotNow, match="is not proposed"):
        sign(db, BY, FIRST, date(2025, 4, 18))
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    with pytest.raises(NotNow, match="until 2025-04-18"):
        sign(db, BY, FIRST, date(2025, 4, 18))
    sign(db, BY, FIRST, date(2025, 4, 19))
    with pytest.raises(NotNow, match="is signed and published"):
        sign(db, BY, FIRST, date(2025, 4, 20))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "1 to 500"),
        ("x" * 501, "1 to 500"),
        ("Hubungi 0812-3456-7890", "numbers of phones"),
        ("Tulis ke budi@banjarkab.go.id", "addresses of mail"),
    ],
)
def test_a_remark_names_nobody(db: Database, text: str, why: str) -> None:
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    with pytest.raises(NoRemark, match=why):
        reply(db, BY, FIRST, agency="gambut", text=text, today=date(2025, 4, 12))


def test_what_is_proposed_too_early_again_or_needlessly_is_refused(db: Database) -> None:
    with pytest.raises(NotNow, match="from 2025-04-11 on"):
        propose(db, BY, FIRST, date(2025, 4, 10), "")
    with pytest.raises(NotNow, match="needs no signature"):
        propose(db, BY, JANUARY, date(2025, 4, 11), "")
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    with pytest.raises(NotNow, match="--reason"):
        propose(db, BY, FIRST, date(2025, 4, 12), "")


def test_what_is_proposed_anew_takes_the_place_of_what_nobody_signed(db: Database) -> None:
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    vote(db, "dukcapil-a", "2025-01-20", (20, 20, 60))
    propose(db, BY, FIRST, date(2025, 4, 12), "suara terlambat")
    sign(db, BY, FIRST, date(2025, 4, 20))
    rows = {row.place: row for row in published(db, "public", FIRST.days)}
    assert [rows[place].version for place in ("", "arsip", "dukcapil", "gambut")] == [2] * 4
    assert rows["dukcapil"].votes == (83, 112, 737)


def test_every_deed_stands_in_the_journal(db: Database) -> None:
    publish_due(db, BY, date(2025, 2, 11))
    revise(db, BY, JANUARY, "suara terlambat")
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    reply(db, BY, FIRST, agency="gambut", text="Loket pindah.", today=date(2025, 4, 12))
    sign(db, BY, FIRST, date(2025, 4, 19))
    found = list(entries(db))
    assert [entry.what for entry in found] == [
        "release-published",
        "release-revised",
        "release-published",  # the months that were due, before the triwulan
        "release-published",
        "release-proposed",
        "release-replied",
        "release-signed",
    ]
    assert {entry.who for entry in found} == {"cli:sari"}
    assert "pindah" not in "".join(entry.detail for entry in found)


def test_votes_are_stored_while_figures_are_made(folder: Path, db: Database) -> None:
    made = make(db, Order(JANUARY, ("agency", "public"), BY.at_ms))
    with closing(open_ledger(folder / "ledger.db")) as ingest:
        vote(ingest, "dukcapil-a", "2025-01-20", (1, 1, 1))
    with writing(db):
        store(db, made)
    [row] = [row for row in published(db, "agency", JANUARY.days) if row.place == "dukcapil-a"]
    assert row.votes == VOTES["dukcapil-a"][0]


def test_two_cannot_give_out_at_the_same_time(db: Database) -> None:
    """Each would be tried without the other's figures."""
    made = make(db, Order(JANUARY, ("agency", "public"), BY.at_ms))
    publish_due(db, BY, date(2025, 2, 11))
    before = releases(db, YEAR)
    with pytest.raises(Overtaken, match="run this again"), writing(db):
        store(db, made)
    assert releases(db, YEAR) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE releases SET n = 1",
        "DELETE FROM releases",
        "REPLACE INTO releases SELECT * FROM releases",
        "UPDATE pieces SET votes = '[]'",
        "DELETE FROM pieces",
        "REPLACE INTO pieces SELECT * FROM pieces",
        "UPDATE proposals SET reply_until = ''",
        "DELETE FROM proposals",
        "UPDATE remarks SET text = ''",
        "DELETE FROM remarks",
        "UPDATE signatures SET at_ms = 0",
        "DELETE FROM signatures",
        "REPLACE INTO signatures SELECT * FROM signatures",
    ],
)
def test_what_was_given_out_is_never_changed(db: Database, statement: str) -> None:
    propose(db, BY, FIRST, date(2025, 4, 11), "")
    reply(db, BY, FIRST, agency="gambut", text="Loket pindah.", today=date(2025, 4, 12))
    sign(db, BY, FIRST, date(2025, 4, 19))
    with pytest.raises(IntegrityError, match="never changed"):
        db.conn.execute(statement)


# ---------------------------------------------------------------- the command


def test_the_command_gives_out_what_is_due_and_shows_it(folder: Path) -> None:
    result = run(folder, "publish")
    assert result.exit_code == 0, result.output
    assert "say less than their votes alone would allow" in result.output
    shown = json.loads(run(folder, "show", "2025-01", "--agency", "gambut", "--json").stdout)
    [figure] = shown["figures"]
    assert shown["label"] == "indeks kiosk (bukan SKM)"
    assert (figure["n"], figure["cells"], figure["shares"]) == (50, [40, 10], [80, 20])
    assert (figure["rules"], figure["mapping"]) == ("release/1", "smiley-3/linear")
    assert "votes" not in figure
    assert "data belum cukup" in run(folder, "show", "2025-01").output


def test_the_command_proposes_and_takes_a_remark(folder: Path) -> None:
    assert run(folder, "propose", "2025-T1").exit_code == 0
    assert run(folder, "reply", "2025-T1", "--agency", "gambut", "Loket pindah.").exit_code == 0
    waiting = json.loads(run(folder, "show", "--json").stdout)["proposed"]
    assert [each["kind"] for each in waiting] == ["triwulan"]
    assert "2025-01-01 s.d. 2025-03-31, proposed" in run(folder, "show").output
    result = run(folder, "sign", "2025-T1")
    assert (result.exit_code, "sign after it" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("show", "2025-01"), "nothing was given out"),
        (("show", "2025-13"), "is no period of releases"),
        (("show", "2025-01-01/2025-01-20"), "is no period of releases"),
        (("publish", "--revise", "2025-01"), "go together"),
        (("reply", "2025-T1", "--agency", "gambut", "x"), "is not proposed"),
    ],
)
def test_the_command_says_what_is_wrong(folder: Path, words: tuple[str, ...], why: str) -> None:
    result = run(folder, *words)
    assert result.exit_code != 0
    assert why in result.output


def test_a_ledger_without_votes_gives_out_nothing(tmp_path: Path) -> None:
    open_ledger(tmp_path / "ledger.db").close()
    assert run(tmp_path, "publish").output.startswith("0 figures")
    with closing(read_snapshot(tmp_path / "ledger.db")) as db:
        assert releases(db, YEAR) == []
    assert "nothing was given out yet" in run(tmp_path, "show").output


# ---------------------------------------------------------------- the timetable


def test_periods_become_due_in_order_the_longer_ones_last() -> None:
    found = due(date(2025, 1, 14), date(2025, 7, 11))
    named = [f"{each.kind} {each.days.first}" for each in found]
    assert named[:4] == [
        "month 2025-01-01",
        "month 2025-02-01",
        "month 2025-03-01",
        "triwulan 2025-01-01",
    ]
    assert named[-3:] == ["month 2025-06-01", "triwulan 2025-04-01", "semester 2025-01-01"]


def test_only_calendar_periods_are_given_out() -> None:
    assert period_of(YEAR) == Period("year", YEAR)
    assert period_of(Days(date(2025, 1, 1), date(2025, 1, 31))) is None
