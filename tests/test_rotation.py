"""senyum-collector rotation: planned by an admin, told to kiosks by ingest, and shown."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from sqlite3 import IntegrityError
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from sqlite_utils import Database

from collector.cli import main
from collector.index.periods import Days
from collector.index.rotation import Slot
from collector.index.skm import SLUGS
from collector.ingest.rotating import LOOK_MS, Rotating
from collector.ledger import desired, journal, registry, rotations
from collector.ledger.changes import changes
from collector.ledger.counts import Tally, local_day
from collector.ledger.placements import Placement
from collector.ledger.rotations import Rotation, Turn, UnknownQuestion, add_rotation
from collector.ledger.store import open_ledger, writing
from tests.web import ZONE, put_kiosk

AGENCY, COUNTER = "disdukcapil", "disdukcapil-1"
OTHER = "dpmptsp-1"
MONDAY = date(2026, 1, 5)
NOON = int(datetime(2026, 1, 5, 12, tzinfo=ZONE).timestamp() * 1000)
DAY_MS = 86_400_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert run(tmp_path, "agency", "import").exit_code == 0
    return tmp_path


@pytest.fixture
def db(data: Path) -> Iterator[Database]:
    with closing(open_ledger(data / "ledger.db")) as db:
        yield db


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), *words])


def today() -> date:
    return datetime.now(ZONE).date()


def planned(data: Path, *words: str, first: date | None = None) -> str:
    from_ = ("--from", str(first or today()))
    done = run(data, "rotation", "plan", AGENCY, *from_, *words)
    assert done.exit_code == 0, done.output
    return done.output


def listed(data: Path) -> Any:
    return json.loads(run(data, "rotation", "list", AGENCY, "--json").stdout)


# ---------------------------------------------------------------- planning


def test_a_plan_is_listed_and_can_be_repeated_from_its_seed(data: Path, tmp_path: Path) -> None:
    shown = planned(data, "--blocks", "2", "--seed", "martapura")
    assert "Bagaimana kecepatan pelayanan kami?" in " ".join(shown.split())
    assert "seed martapura" in shown
    first = listed(data)
    assert [each["element"] for each in first["slots"][:9]].count("waktu") == 1
    assert len(first["slots"]) == 18
    assert first["slots"][0]["first_day"] == str(today())
    other = tmp_path / "other"
    run(other, "agency", "import")
    planned(other, "--blocks", "2", "--seed", "martapura")
    assert listed(other) == first


def test_without_a_seed_one_is_drawn_and_told(data: Path) -> None:
    shown = planned(data, "--blocks", "1")
    (plan,) = listed(data)["plans"]
    assert f"seed {plan['seed']}:" in shown
    assert len(plan["seed"]) == 8


def test_the_journal_has_the_plan_with_its_seed(data: Path, db: Database) -> None:
    planned(data, "--blocks", "1", "--seed", "abc", "--step", "day")
    (entry,) = journal.entries_about(db, "rotation-planned")
    told = entry.told()
    assert (told["agency"], told["seed"], told["step"], told["blocks"]) == (AGENCY, "abc", "day", 1)


def test_a_later_plan_holds_from_its_first_day_and_stop_ends_all(data: Path) -> None:
    planned(data, "--blocks", "1", "--seed", "a")
    planned(data, "--blocks", "1", "--seed", "b", first=today() + timedelta(days=10))
    slots = listed(data)["slots"]
    assert len(slots) == 2 + 9
    assert slots[1]["last_day"] == str(today() + timedelta(days=9))
    done = run(data, "rotation", "stop", AGENCY, "--from", str(today() + timedelta(days=12)))
    assert done.exit_code == 0, done.output
    assert listed(data)["slots"][-1]["last_day"] == str(today() + timedelta(days=11))
    assert "Dihentikan mulai" in run(data, "rotation", "list", AGENCY).output


def test_by_day_a_weekend_belongs_to_the_friday_before(data: Path) -> None:
    planned(data, "--blocks", "3", "--step", "day", "--seed", "a")
    for slot in listed(data)["slots"]:
        first, last = (date.fromisoformat(slot[end]) for end in ("first_day", "last_day"))
        assert first.weekday() < 5 or first == today()
        assert last.weekday() != 5


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("plan", "disdukcapi", "--from", "TODAY", "--blocks", "1"), 1, "disdukcapil"),
        (("plan", AGENCY, "--from", "2020-01-06", "--blocks", "1"), 1, "2020-01-06 is past"),
        (("plan", AGENCY, "--from", "TODAY", "--blocks", "0"), 2, "0 is not in the range"),
        (("plan", AGENCY, "--from", "TODAY", "--blocks", "1", "--seed", "a b"), 2, "one word"),
        (("plan", AGENCY, "--from", "TODAY", "--blocks", "1", "--seed", "x" * 65), 2, "at most 64"),
        (("stop", AGENCY, "--from", "TODAY"), 1, "nothing is planned"),
        (("stop", AGENCY, "--from", "2020-01-06"), 1, "is past"),
        (("list", AGENCY), 1, "'rotation plan' does it"),
        (("cards", AGENCY, "--output", "x.html"), 1, "nothing is planned"),
        (("show", AGENCY), 2, "which days?"),
    ],
)
def test_what_cannot_be_is_told(data: Path, words: tuple[str, ...], code: int, told: str) -> None:
    done = run(data, "rotation", *(str(today()) if w == "TODAY" else w for w in words))
    assert done.exit_code == code
    assert told in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_a_question_that_would_not_count_is_not_planned(data: Path, db: Database) -> None:
    with writing(db):
        db.conn.execute("DELETE FROM questions WHERE question = 'waktu'")
    done = run(data, "rotation", "plan", AGENCY, "--from", str(today()), "--blocks", "1")
    assert done.exit_code == 1
    assert "the questions waktu. 'agency import'" in " ".join(done.output.split())
    assert journal.entries_about(db, "rotation-planned") == []


def test_a_plan_is_never_changed_or_removed(data: Path, db: Database) -> None:
    planned(data, "--blocks", "1", "--seed", "a")
    for statement in (
        "UPDATE rotations SET seed = 'b'",
        "DELETE FROM rotation_slots",
        "INSERT OR REPLACE INTO rotations SELECT * FROM rotations",
    ):
        with pytest.raises(IntegrityError, match="plan another"):
            db.conn.execute(statement)


def test_cards_are_printed_for_what_is_to_come(data: Path, tmp_path: Path) -> None:
    planned(data, "--blocks", "2", "--seed", "a")
    file = tmp_path / "cards.html"
    done = run(data, "rotation", "cards", AGENCY, "--output", str(file))
    assert "9 cards" in done.output
    page = file.read_text(encoding="utf-8")
    assert page.count("<section>") == 9
    assert "Bagaimana kesopanan dan keramahan petugas kami?" in page
    assert f"{today():%d.%m.%Y}–" in page
    assert "http" not in page


# ---------------------------------------------------------------- carrying out


def put(db: Database, first: date, *elements: str, agency: str = AGENCY) -> None:
    """A plan of one day for each element; of none, it ends what was planned."""
    days = [Days(first + timedelta(days=n), first + timedelta(days=n + 1)) for n in range(9)]
    slots = [Slot(*each) for each in zip(days, elements, strict=False)]
    with writing(db):
        add_rotation(db, Rotation(agency, first, "day", len(slots), "a", slots), NOON)


def turned(db: Database, day: int) -> list[Turn]:
    """On that day after the Monday, at noon."""
    return rotations.turn(db, MONDAY + timedelta(days=day), NOON + day * DAY_MS)


def test_kiosks_ask_what_is_planned_day_by_day_and_afterwards_what_they_asked(
    db: Database,
) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put_kiosk(db, "lain-01", OTHER)
    put(db, MONDAY, "waktu", "biaya")
    assert turned(db, -1) == []
    assert turned(db, 0) == [Turn("empat-01", "waktu")]
    assert turned(db, 0) == []
    assert turned(db, 1) == [Turn("empat-01", "biaya")]
    assert turned(db, 2) == [Turn("empat-01", "pelayanan")]
    assert turned(db, 3) == []
    assert desired.wanted(db, "lain-01") is None


def test_the_other_settings_stay_and_the_own_question_comes_back(db: Database) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    own = replace(desired.DEFAULTS, question="antrean", night=5)
    with writing(db):
        desired.want(db, "empat-01", own, NOON)
    put(db, MONDAY, "waktu")
    turned(db, 0)
    assert desired.settings_for(db, "empat-01") == replace(own, question="waktu")
    turned(db, 1)
    assert desired.settings_for(db, "empat-01") == own


def test_what_an_admin_says_meanwhile_holds_afterwards(db: Database) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put(db, MONDAY, "waktu", "biaya")
    turned(db, 0)
    with writing(db):
        asked = replace(desired.settings_for(db, "empat-01"), question="antrean")
        desired.want(db, "empat-01", asked, NOON)
    assert turned(db, 0) == [Turn("empat-01", "waktu")]
    turned(db, 1)
    assert turned(db, 2) == [Turn("empat-01", "antrean")]


def test_a_kiosk_that_is_moved_away_asks_what_it_asked_before(db: Database) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put(db, MONDAY, "waktu", "waktu", "waktu")
    turned(db, 0)
    registry.move_kiosk(db, "empat-01", OTHER, (NOON + DAY_MS // 2) // 1000, local_day(ZONE))
    assert turned(db, 1) == [Turn("empat-01", "pelayanan")]


def test_a_retired_kiosk_is_told_nothing(db: Database) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put(db, MONDAY, "waktu")
    registry.retire_kiosk(db, "empat-01", local_day(ZONE), NOON // 1000)
    assert turned(db, 0) == []


def test_an_unknown_question_is_refused(db: Database) -> None:
    with pytest.raises(UnknownQuestion, match="sesuatu"):
        put(db, MONDAY, "sesuatu")


def test_ingest_looks_every_minute_and_tells_at_local_midnight(db: Database) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put(db, MONDAY, "waktu", "biaya")
    rotating = Rotating(db, ZONE)
    midnight = int(datetime(2026, 1, 6, tzinfo=ZONE).timestamp() * 1000)
    rotating.look(midnight - LOOK_MS)
    assert desired.settings_for(db, "empat-01").question == "waktu"
    rotating.look(midnight - 1)  # too soon for another look
    rotating.look(midnight)
    assert desired.settings_for(db, "empat-01").question == "biaya"


def test_a_ledger_that_takes_nothing_is_tried_again(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put(db, MONDAY, "waktu")
    rotating = Rotating(db, ZONE)
    db.conn.execute("PRAGMA query_only = ON")
    rotating.look(NOON)
    assert "question_not_changed" in caplog.text
    db.conn.execute("PRAGMA query_only = OFF")
    rotating.look(NOON + LOOK_MS)
    assert desired.settings_for(db, "empat-01").question == "waktu"


def test_the_time_line_says_that_a_rotation_began_and_not_each_question(db: Database) -> None:
    put_kiosk(db, "empat-01", COUNTER)
    put(db, MONDAY, "waktu", "biaya", "sarana")
    for day in range(4):
        turned(db, day)
    found = [(str(each.day), each.what) for each in changes(db, ZONE, AGENCY)]
    assert found[-2:] == [("2026-01-05", "rotation-begun"), ("2026-01-08", "rotation-ended")]
    assert "question" not in [what for _, what in found]


# ---------------------------------------------------------------- what comes of it


def vote(db: Database, votes: dict[str, dict[str, int]], first: date) -> None:
    """question → face → n, a day for each question."""
    tally = Tally(local_day(ZONE))
    for number, (question, faces) in enumerate(votes.items()):
        day = first + timedelta(days=number)
        at = int(datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).timestamp())
        groups: Any = {("A", at, at + 900, question, face): n for face, n in faces.items()}
        tally.add(groups, [Placement(0, None, COUNTER)])
    with writing(db):
        tally.write(db)


# The mean of (2175 + 100 k) / (30 + k) for k = 0 to 8 is 75.59.
ALL = {slug: {"bad": 3, "poor": 6, "good": 12, "great": 9 + n} for n, slug in enumerate(SLUGS)}
PERIOD = ("--period", "2019-07")
JULY = date(2019, 7, 1)


def test_each_element_has_n_index_and_interval_and_all_together_have_one(
    data: Path, db: Database
) -> None:
    vote(db, {**ALL, "pelayanan": {"bad": 500}}, JULY)
    words = ("rotation", "show", AGENCY, *PERIOD)
    found = json.loads(run(data, *words, "--json").stdout, parse_float=Decimal)
    assert found["label"] == "indeks kiosk sembilan unsur (bukan SKM, bukan IKM)"
    assert found["mapping"] == "smiley-4/skm"
    assert [each["element"] for each in found["elements"]] == list(SLUGS)
    assert found["elements"][0]["n"] == 30
    assert found["elements"][0]["index"] == Decimal("72.5")
    assert found["index"] == Decimal("75.59")
    assert found["low"] < found["index"] < found["high"]
    people = run(data, *words).output
    assert "75,59" in people
    assert "bukan SKM, bukan IKM" in people
    assert "pada hari yang berbeda" in people
    rows = list(csv.DictReader(io.StringIO(run(data, *words, "--csv").stdout)))
    assert [row["element"] for row in rows] == list(SLUGS)


def test_while_one_element_lacks_votes_there_is_no_number_of_all(data: Path, db: Database) -> None:
    vote(db, {**ALL, "sarana": {"great": 29}}, JULY)
    words = ("rotation", "show", AGENCY, *PERIOD)
    assert json.loads(run(data, *words, "--json").stdout)["index"] is None
    assert "data belum cukup; perlu 30 suara untuk: sarana." in run(data, *words).output


def test_one_kind_of_box_may_be_asked_for(data: Path, db: Database) -> None:
    vote(db, ALL, JULY)
    words = ("rotation", "show", AGENCY, *PERIOD, "--scale", "smiley-3", "--json")
    found = json.loads(run(data, *words).stdout)
    assert {each["n"] for each in found["elements"]} == {0}
