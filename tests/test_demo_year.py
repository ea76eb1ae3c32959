"""What a demo has besides votes: figures on their way, plans, a note, and a kiosk to visit."""

import io
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console
from sqlite_utils import Database

from collector.config import CollectorSection, Config
from collector.demo.cast import live
from collector.demo.screen import Screen
from collector.demo.stage import Stage
from collector.index.periods import Days
from collector.ledger import journal, registry
from collector.ledger.complaints import filed, last_import
from collector.ledger.fleet import machines
from collector.ledger.notes import notes
from collector.ledger.participation import Clock, participations
from collector.ledger.plans import plans
from collector.ledger.reading import by_agency
from collector.ledger.releases import proposals, published_periods, remarks, unsigned
from collector.ledger.store import open_ledger
from collector.servicehours import read_calendar
from kiosk import keys
from tests.small_demo import few_places

TODAY: Final = date(2026, 3, 18)
DAYS: Final = 300
SEED: Final = 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three agencies, from May 2025 on."""
    folder = tmp_path_factory.mktemp("year")
    with closing(open_ledger(folder / "ledger.db")) as db:
        stage = stage_in(folder, db)
        stage.set_places()
        stage.tell_history(SEED, DAYS, Screen(Console(file=io.StringIO())), lambda: False)
        stage.keep_books(SEED, DAYS)
    return folder


def stage_in(folder: Path, db: Database) -> Stage:
    config = Config(collector=CollectorSection(data_dir=str(folder)))
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=config.zone)
    key = keys.load_or_create(config.signing_key)
    return Stage(db, config, key, few_places(), read_calendar(folder), noon.timestamp)


@pytest.fixture
def db(folder: Path):
    with closing(open_ledger(folder / "ledger.db")) as db:
        yield db


def test_longer_periods_were_signed_but_the_last_triwulan(db: Database) -> None:
    kinds = Counter(each.kind for each in proposals(db))
    assert kinds == {"triwulan": 3, "year": 1, "semester": 1}
    (waiting,) = unsigned(proposals(db))
    assert (waiting.kind, waiting.first_day) == ("triwulan", "2025-10-01")
    assert waiting.reply_until < TODAY, "it can be signed"
    assert list(remarks(db, waiting.p)) == ["disdukcapil"]
    given = [kind for kind, _ in published_periods(db, "public")]
    assert Counter(given)["triwulan"] == 2


def test_the_last_semester_can_be_proposed(db: Database) -> None:
    known = {(each.kind, each.first_day) for each in proposals(db)}
    assert ("semester", "2025-01-01") in known
    assert ("semester", "2025-07-01") not in known


def test_the_bad_week_is_noted_and_a_plan_was_kept(db: Database) -> None:
    (note,) = notes(db)
    assert (note.agency, note.day.weekday()) == ("disdukcapil", 0)
    states = {plan.agency: plan.state(TODAY) for plan in plans(db).values()}
    assert states == {"disdukcapil": "realised"}, "the hospital is not among the three"


def test_offices_counted_their_people_and_kiosks_were_heard(db: Database, folder: Path) -> None:
    quarter = Days(date(2025, 10, 1), date(2026, 1, 1))
    config = stage_in(folder, db).config
    votes = {agency: sum(tally.values()) for agency, tally in by_agency(db, quarter).items()}
    now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=config.zone).timestamp()
    clock = Clock(read_calendar(folder), config.zone, int(now))
    found = participations(db, quarter, votes, clock)
    for agency in ("disdukcapil", "dpmptsp"):
        rate, uptime = found[agency].rate, found[agency].uptime
        assert rate
        assert 10 < rate < 50
        assert uptime
        assert uptime > 90
    assert found["inspektorat"].rate is None, "it has no queue"


def test_complaints_were_brought_in_and_one_is_forgotten(db: Database, folder: Path) -> None:
    known = last_import(db)
    assert known
    assert known.as_of == TODAY - timedelta(days=1)
    open_since = [each.received for each in filed(db).values() if not each.reply]
    assert TODAY - timedelta(days=13) in open_since
    own = (folder / "lapor.csv").read_text().count("-disdukcapil-")
    assert own == sum(each.agency == "disdukcapil" for each in filed(db).values()) > 10


def test_books_are_kept_once(db: Database, folder: Path) -> None:
    before = journal.last(db)
    stage_in(folder, db).keep_books(SEED, DAYS)
    assert journal.last(db) == before


def test_one_kiosk_is_not_heard_any_more(db: Database, folder: Path, tmp_path: Path) -> None:
    *_, box = live(few_places(), 3, tmp_path, tmp_path)
    stage = stage_in(folder, db)
    for _ in range(2):
        stage.leave_unheard(box)
    (machine,) = [each for each in machines(db) if each.kiosk == box.kiosk]
    assert machine.health
    heard = datetime.fromtimestamp(machine.health.received_ms / 1000, stage.config.zone)
    assert heard.date() == TODAY - timedelta(days=4)
    assert machine.health.said.stuck == ("frown",)
    assert registry.is_active(db, box.kiosk)
    assert db.execute("SELECT COUNT(*) FROM quarantine").fetchone() == (0,)
