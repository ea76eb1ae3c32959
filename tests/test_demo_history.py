"""The past goes through the collector's own code, may be interrupted, and is told once."""

import io
import re
import time
from datetime import date, timedelta
from typing import get_args

import pytest
from rich.console import Console

from collector.config import CollectorSection, Config
from collector.demo import history
from collector.demo.cast import Plan, live, past
from collector.demo.screen import Screen
from collector.demo.stage import Stage
from collector.ledger import comparing, registry, users
from collector.ledger.counts import local_day, rebuild
from collector.ledger.roles import Role
from collector.ledger.store import open_ledger
from collector.places import PACKAGED, read_places
from collector.servicehours import read_calendar
from kiosk import keys
from kiosk.wire import MAX_SLUG
from tests.small_demo import DAYS, few_places


@pytest.fixture(scope="module")
def every_place():
    return read_places(PACKAGED)


@pytest.fixture(scope="module")
def places():
    return few_places()


class Noon:
    """The collector's clock: noon of a day in Banjar."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __call__(self) -> float:
        return (self.day - date(1970, 1, 1)) / timedelta(seconds=1) + 4 * 3600


@pytest.fixture
def clock():
    return Noon(date(2026, 3, 18))


@pytest.fixture
def stage(tmp_path, places, clock):
    config = Config(collector=CollectorSection(data_dir=str(tmp_path)))
    db = open_ledger(config.ledger)
    key = keys.load_or_create(config.signing_key)
    stage = Stage(db, config, key, places, read_calendar(tmp_path), clock)
    stage.set_places()
    yield stage
    db.close()


@pytest.fixture
def screen():
    return Screen(Console(file=io.StringIO()))


def _never() -> bool:
    return False


def _stopping_after(days: int):
    left = iter(range(days))
    return lambda: next(left, None) is None


def _rows(stage) -> set:
    return set(comparing.rows_of(stage.db, [row.epoch for row in _epochs(stage)]))


def _epochs(stage) -> list:
    return [epoch for kiosk in registry.kiosks(stage.db) for epoch in kiosk.epochs]


def test_a_history_is_stored_counted_and_closed(stage, screen):
    assert stage.tell_history(1, DAYS, screen, _never)
    assert comparing.counted(stage.db) == comparing.effective(stage.db) > 500
    assert comparing.effective(stage.db) < len(_rows(stage))  # some were corrected
    assert sum(rebuild(stage.db, local_day(stage.config.zone))) == 0
    assert {epoch.state for epoch in _epochs(stage)} == {"closed"}
    assert all(kiosk.retired_at for kiosk in registry.kiosks(stage.db))
    assert stage.db.execute("SELECT COUNT(*) FROM quarantine").fetchone() == (0,)
    assert stage.db.execute("SELECT COUNT(*) FROM flags").fetchone() == (0,)


def test_every_vote_of_the_past_has_a_sure_time_and_a_place(stage, screen, clock):
    stage.tell_history(1, DAYS, screen, _never)
    assert stage.db.execute("SELECT DISTINCT quality FROM votes").fetchall() == [("A",)]
    days = {day for (day,) in stage.db.execute("SELECT first_day FROM counts_day")}
    assert min(days) >= (clock.day - timedelta(days=DAYS)).isoformat()
    assert max(days) < clock.day.isoformat()
    assert stage.db.execute("SELECT COUNT(*) FROM counts_day WHERE counter = ''").fetchone() == (0,)


def test_an_interrupted_history_continues_as_if_it_had_not_been(stage, screen, tmp_path, places):
    assert not stage.tell_history(1, DAYS, screen, _stopping_after(5))
    assert _rows(stage)
    assert stage.tell_history(1, DAYS, screen, _never)
    whole = open_ledger(tmp_path / "whole" / "ledger.db")
    config = Config(collector=CollectorSection(data_dir=str(tmp_path / "whole")))
    other = Stage(whole, config, stage.key, places, stage.calendar, stage.now)
    other.set_places()
    other.tell_history(1, DAYS, screen, _never)
    assert _rows(stage) == _rows(other)
    whole.close()


def test_a_history_is_told_once(stage, screen, clock):
    stage.tell_history(1, DAYS, screen, _never)
    before = _rows(stage)
    clock.day += timedelta(days=3)
    assert stage.tell_history(2, DAYS, screen, _never)  # the seed it was begun with is kept
    assert _rows(stage) == before


def test_a_history_that_the_collector_does_not_take_is_an_error(stage, screen):
    stage.tell_history(1, DAYS, screen, _stopping_after(2))
    registry.revoke(stage.db, _epochs(stage)[0].epoch)
    with pytest.raises(history.HistoryError, match="choose another --data"):
        stage.tell_history(1, DAYS, screen, _never)


def test_nobody_votes_on_holidays_and_closed_days(stage, places):
    # 19 to 24 March 2026: Nyepi, Idulfitri and cuti bersama; 20 to 22 a Friday and a weekend.
    plan = Plan(1, date(2026, 3, 16), date(2026, 3, 24))
    stations = past(places, stage.calendar, plan, stage.config.zone)
    by_day = {day: sum(len(station.presses(day)) for station in stations) for day in plan.days}
    assert by_day[date(2026, 3, 16)] > 50
    assert all(by_day[day] == 0 for day in plan.days if day >= date(2026, 3, 19))


def test_one_agency_has_a_bad_week(stage, places):
    plan = Plan(1, date(2025, 6, 2), date(2026, 6, 1))
    trouble = plan.trouble()
    assert (trouble.first.weekday(), trouble.last.weekday()) == (0, 6)
    stations = past(places, stage.calendar, plan, stage.config.zone)
    civil = [station for station in stations if station.counter.startswith("disdukcapil")]

    def smiles(first: date) -> float:
        days = [first + timedelta(days=n) for n in range(7)]
        faces = [press.face for day in days for one in civil for press in one.presses(day)]
        return faces.count("smile") / len(faces)

    assert smiles(trouble.first) < smiles(trouble.first - timedelta(weeks=1)) - 0.2


def test_small_agencies_have_months_with_too_few_votes(stage, places):
    plan = Plan(1, date(2026, 4, 1), date(2026, 4, 30))
    stations = past(places, stage.calendar, plan, stage.config.zone)
    votes = {one.counter: sum(len(one.presses(day)) for day in plan.days) for one in stations}
    assert 0 < votes["inspektorat-1"] < 60
    assert votes["disdukcapil-1"] > 300


def test_names_fit_the_wire(every_place, stage, tmp_path):
    plan = Plan(1, date(2026, 1, 1), date(2026, 1, 2))
    kiosks = [one.kiosk for one in past(every_place, stage.calendar, plan, stage.config.zone)]
    kiosks += [box.kiosk for box in live(every_place, 300, tmp_path, tmp_path)]
    assert len(set(kiosks)) == len(kiosks)
    assert max(map(len, kiosks)) <= MAX_SLUG


def test_the_first_live_kiosks_stand_at_different_agencies(every_place, tmp_path):
    boxes = live(every_place, 60, tmp_path, tmp_path)
    agency_of = {unit.unit: unit.agency for unit in every_place.units}
    counters = {counter.counter: agency_of[counter.unit] for counter in every_place.counters}
    agencies = [counters[box.counter] for box in boxes]
    assert len(set(agencies[: len(every_place.agencies)])) == len(every_place.agencies)
    assert len({box.counter for box in boxes}) == 60


def test_kiosks_are_registered_once(stage, tmp_path):
    boxes = live(stage.places, 2, tmp_path / "kiosks", tmp_path)
    stage.register(boxes)
    before = registry.kiosks(stage.db)
    stage.register(boxes)
    assert registry.kiosks(stage.db) == before
    assert [kiosk.kiosk for kiosk in before] == sorted(box.kiosk for box in boxes)
    assert all(kiosk.epochs[0].state == "approved" for kiosk in before)


def test_there_is_a_login_for_each_role(stage):
    made = stage.accounts()
    assert {standing.role for standing in made.standings.values()} == set(get_args(Role))
    for name, standing in made.standings.items():
        user = users.log_in(stage.db, name, made.password)
        assert user
        assert user.standing == standing
    said = io.StringIO()
    Screen(Console(file=said, width=200)).welcome("http://127.0.0.1:8000", made, 3, 1.0)
    for name, standing in made.standings.items():
        assert re.search(rf"user +{name} +{standing}", said.getvalue())
    assert made.password in said.getvalue()


def test_the_password_is_made_once_and_for_its_owner_only(stage):
    made = stage.accounts()
    file = stage.config.data_dir / "password"
    assert file.stat().st_mode & 0o777 == 0o600
    assert stage.accounts() == made
    file.unlink()
    again = stage.accounts()
    assert again.password != made.password
    for name in made.standings:
        assert users.log_in(stage.db, name, again.password)
        assert users.log_in(stage.db, name, made.password) is None


def test_history_is_quick_enough_to_be_made_at_the_first_start(stage, screen):
    began = time.process_time()
    stage.tell_history(1, DAYS, screen, _never)
    votes = len(_rows(stage))
    assert votes / (time.process_time() - began) > 2_000  # a year of 400,000 in three minutes
