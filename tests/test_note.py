"""senyum-collector note: what people note, and what the ledger knows by itself."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from sqlite3 import IntegrityError
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from collector.cli import main
from collector.ledger import desired, journal, registry
from collector.ledger.changes import changes
from collector.ledger.counts import local_day
from collector.ledger.misuse import Look, add_look
from collector.ledger.placements import end, place
from collector.ledger.places import (
    Agency,
    Counter,
    Question,
    Unit,
    put_agencies,
    put_counters,
    put_questions,
    put_units,
)
from collector.ledger.releases import Release, add_release
from collector.ledger.store import open_ledger, writing
from tests.web import ZONE, put_kiosk

DAY = 86_400
AUGUST = 1_785_513_600  # 1 August 2026, 00.00 WITA


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """Two agencies: one with two counters, one with one."""
    db = open_ledger(tmp_path / "ledger.db")
    with writing(db):
        for slug in ("dukcapil", "gambut"):
            put_agencies(db, [Agency(slug, slug.upper(), slug, "Loket", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
        put_counters(
            db, [Counter(f"dukcapil-{n}", "dukcapil-kantor", f"Loket {n}") for n in (1, 2)]
        )
        put_counters(db, [Counter("gambut-1", "gambut-kantor", "Loket 1")])
    return db


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "note", *words])


def listed(folder: Path, *words: str) -> list[Any]:
    result = run(folder, "list", "--json", *words)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def told(db: Database, agency: str | None = None) -> list[tuple[str, str, str]]:
    return [(str(each.day), each.agency, each.what) for each in changes(db, ZONE, agency)]


# ---------------------------------------------------------------- what people note


def test_a_note_is_listed_with_its_agency_and_noted_in_the_journal(
    db: Database, tmp_path: Path
) -> None:
    words = ("--agency", "gambut", "--day", "2026-08-17", "--kind", "other")
    result = run(tmp_path, "add", "Kantor  pindah ke gedung baru", *words)
    assert result.output == "note 1 added: 2026-08-17, gambut\n"
    (found,) = listed(tmp_path)
    assert found == {
        "day": "2026-08-17",
        "agency": "gambut",
        "kind": "other",
        "what": "note",
        "told": {"n": "1", "text": "Kantor pindah ke gedung baru"},
    }
    (entry,) = journal.entries_about(db, "note-added")
    assert (entry.told()["note"], entry.told()["agency"]) == (1, "gambut")


def test_a_note_of_all_is_on_every_agencys_time_line(db: Database, tmp_path: Path) -> None:
    run(tmp_path, "add", "Aturan suara v2", "--day", "2026-08-01", "--kind", "ruleset")
    assert (
        "2026-08-01  all agencies  ruleset  Aturan suara v2  (note 1)"
        in run(tmp_path, "list", "--agency", "gambut").output
    )
    run(tmp_path, "add", "Loket dicat", "--day", "2026-08-02", "--agency", "dukcapil")
    assert [each["told"]["n"] for each in listed(tmp_path, "--agency", "gambut")] == ["1"]
    assert [each["told"]["n"] for each in listed(tmp_path, "--agency", "dukcapil")] == ["1", "2"]


def test_a_note_is_withdrawn_once_and_stays_in_the_ledger(db: Database, tmp_path: Path) -> None:
    run(tmp_path, "add", "Salah", "--day", "2026-08-01")
    assert run(tmp_path, "withdraw", "1").output == "note 1 withdrawn\n"
    assert listed(tmp_path) == []
    assert "nothing changed" in run(tmp_path, "list").output
    again = run(tmp_path, "withdraw", "1")
    assert again.exit_code == 1
    assert "there is no note 1, or it was withdrawn" in again.output
    assert [each.told() for each in journal.entries_about(db, "note-withdrawn")] == [{"note": 1}]
    assert db["notes"].count == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes SET text = 'x'",
        "DELETE FROM notes",
        "REPLACE INTO notes VALUES (1, NULL, '2026-08-01', 'other', 'x', 0)",
        "DELETE FROM withdrawn_notes",
    ],
)
def test_the_ledger_refuses_to_change_a_note(db: Database, tmp_path: Path, statement: str) -> None:
    run(tmp_path, "add", "Benar", "--day", "2026-08-01")
    run(tmp_path, "withdraw", "1")
    with pytest.raises(IntegrityError, match="a note is never changed or removed"):
        db.conn.execute(statement)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("",), "a note is one line of text"),
        (("\x1b[31mmerah",), "a note is one line of text"),
        (("a" * 201,), "a note has at most 200 characters, this has 201"),
        (("Hubungi 0812-3456-7890",), "no number of a person or a telephone"),
        (("NIK 6303 0512 3456 0001",), "no number of a person or a telephone"),
        (("x", "--agency", "gambud"), "there is no agency 'gambud'; near it: gambut"),
        (("x", "--kind", "weather"), "'weather' is not one of"),
    ],
)
@pytest.mark.usefixtures("db")
def test_what_cannot_be_a_note_is_told(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    result = run(tmp_path, "add", "--day", "2026-08-01", *words)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())
    assert listed(tmp_path) == []


@pytest.mark.usefixtures("db")
def test_a_date_is_no_number_of_a_person(tmp_path: Path) -> None:
    text = "Perbup 40/2024 berlaku 2026-08-01 s.d. 2026-12-31, 25,00 - 100,00"
    assert run(tmp_path, "add", text, "--day", "2026-08-01").exit_code == 0


# ---------------------------------------------------------------- what the ledger knows


def test_a_kiosk_comes_moves_and_leaves(db: Database) -> None:
    put_kiosk(db, "kiosk-1", "dukcapil-1")
    with writing(db):
        place(db, "kiosk-1", "dukcapil-1", AUGUST)
        place(db, "kiosk-1", "dukcapil-2", AUGUST + DAY)
        place(db, "kiosk-1", "gambut-1", AUGUST + 2 * DAY)
        end(db, "kiosk-1", AUGUST + 3 * DAY)
    assert told(db) == [
        ("1970-01-01", "dukcapil", "kiosk-came"),
        ("2026-08-02", "dukcapil", "kiosk-moved"),
        ("2026-08-03", "dukcapil", "kiosk-left"),
        ("2026-08-03", "gambut", "kiosk-came"),
        ("2026-08-04", "gambut", "kiosk-left"),
    ]
    moved = changes(db, ZONE)[1]
    assert moved.told == {
        "kiosk": "kiosk-1",
        "before": "Kantor, Loket 1",
        "counter": "Kantor, Loket 2",
    }


def test_a_placement_that_is_set_right_is_right_on_the_time_line(db: Database) -> None:
    put_kiosk(db, "kiosk-1", "dukcapil-1")
    for day in (5, 3):
        with writing(db):
            registry.move_kiosk(db, "kiosk-1", "dukcapil-2", AUGUST + day * DAY, local_day(ZONE))
    assert told(db)[1:] == [("2026-08-04", "dukcapil", "kiosk-moved")]


def test_other_rules_are_a_change_of_all_agencies(db: Database) -> None:
    looks = [("2026-1", "aa" * 32, "h1"), ("2026-1", "aa" * 32, "h1"), ("2026-2", "bb" * 32, "h2")]
    with writing(db):
        for day, (ruleset, digest, hours) in enumerate(looks, 1):
            add_look(db, Look((AUGUST + day * DAY) * 1000, ruleset, digest, hours, 3, 900), [])
        for day, rules in ((4, "release/1"), (5, "release/1"), (6, "release/2")):
            add_release(db, nothing(rules, AUGUST + day * DAY, version=day))
    assert told(db, "gambut") == [
        ("2026-08-04", "", "hours"),
        ("2026-08-04", "", "ruleset"),
        ("2026-08-07", "", "release-rules"),
    ]
    after = [each.told.get("after") for each in changes(db, ZONE)]
    assert after == [None, f"2026-2 ({'bb' * 6})", "release/2, smiley-3/linear"]


def nothing(rules: str, at: int, version: int) -> Release:
    """A figure that tells nothing, by rules of this name."""
    return Release(
        audience="public", scope="agency", place="gambut", agency="gambut", kind="month",
        first_day="2026-07-01", last_day="2026-07-31", version=version, rules=rules,
        mapping="smiley-3/linear", detail="nothing", alone=None, n=None, cells=(), index=None,
        low=None, high=None, grade=None, phi=Decimal(1), held=False, reason="", votes=(),
        proposal=None, at_ms=at * 1000,
    )  # fmt: skip


def test_a_question_counts_where_the_kiosk_stood_when_it_was_told(db: Database) -> None:
    put_kiosk(db, "kiosk-1", "dukcapil-1")
    waktu = msgspec.structs.replace(desired.DEFAULTS, question="waktu")
    with writing(db):
        put_questions(db, [Question("waktu", "Cepatkah kami?", "Were we quick?")])
        place(db, "kiosk-1", "gambut-1", AUGUST + 10 * DAY)
        for day, settings in (
            (1, desired.DEFAULTS),
            (2, waktu),
            (3, waktu),
            (12, desired.DEFAULTS),
        ):
            desired.want(db, "kiosk-1", settings, (AUGUST + day * DAY) * 1000)
    asked = [each for each in changes(db, ZONE) if each.what == "question"]
    assert [(str(each.day), each.agency) for each in asked] == [
        ("2026-08-03", "dukcapil"),
        ("2026-08-13", "gambut"),
    ]
    assert asked[0].told["question"] == "Cepatkah kami?"
    assert asked[1].told["question_en"] == "How was our service today?"


def test_a_renamed_agency_ends_and_the_next_follows_it(db: Database, tmp_path: Path) -> None:
    with writing(db):
        put_agencies(
            db,
            [
                Agency("bkpsdm", "BKPSDM", "b", "Badan", "t", True, "2021-01-01"),
                Agency("bkd", "BKD", "b", "Badan", "t", True, None, "2021-01-01", "bkpsdm"),
                Agency("arsip", "Arsip", "b", "Badan", "t", True, "2019-01-01", "2020-01-01"),
            ],
        )
    assert told(db) == [
        ("2019-01-01", "arsip", "begun"),
        ("2020-01-01", "arsip", "ended"),
        ("2021-01-01", "bkd", "ended"),
        ("2021-01-01", "bkpsdm", "followed"),
    ]
    output = run(tmp_path, "list").output.splitlines()
    assert output[1:] == [
        "2020-01-01  arsip  agency  ends",
        "2021-01-01  bkd  agency  ends; its place takes BKPSDM",
        "2021-01-01  bkpsdm  agency  takes the place of BKD",
    ]


def test_notes_of_a_ledger_are_by_day(db: Database, tmp_path: Path) -> None:
    for day in (3, 1, 2):
        run(tmp_path, "add", f"hari {day}", "--day", f"2026-08-0{day}")
    assert [each.day for each in changes(db, ZONE)] == [date(2026, 8, day) for day in (1, 2, 3)]
