"""Silence while people are served, told apart from a holiday, a quiet kiosk, a dead one."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import exp
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from collector.cli import main
from collector.index import presence
from collector.ledger.presence import Presence
from collector.misuse import running
from collector.misuse.presence import Watch
from collector.misuse.ruleset import read_ruleset
from collector.servicehours import read_calendar
from tests.fleet import ZONE, TestCollector, TestKiosk

FIRST = datetime(2026, 3, 30, tzinfo=ZONE)  # a Monday, after Ramadan
WEEKS = 10
END = FIRST + timedelta(weeks=WEEKS)  # Monday, 8 June 2026


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


# ---------------------------------------------------------------- arithmetic


def test_minutes_of_service_by_hour_of_the_week() -> None:
    monday = ((450, 720), (780, 960))
    found = presence.open_minutes([(0, monday), (1, ()), (2, ((480, 500),))], first=470, end=490)
    assert found[0, 7] == 10
    assert found[0, 8] == 60
    assert (0, 12) not in found
    assert found[2, 8] == 10
    assert sum(found.values()) == 250 + 180 + 10


@given(st.floats(0, 300), st.floats(0, 300), st.floats(0, 2))
def test_the_longer_the_silence_the_rarer_it_is(some: float, more: float, spread: float) -> None:
    first, second = (presence.chance_of_none(m, spread) for m in (some, some + more))
    assert 1 >= first >= second >= 0
    assert first >= exp(-some) - 1e-9, "days that differ explain more than chance alone"


def test_without_spread_it_is_poisson() -> None:
    assert presence.chance_of_none(7, 0) == pytest.approx(exp(-7), rel=1e-4)


def test_an_hour_that_was_never_served_before_says_nothing() -> None:
    votes, served = {(0, 8): 30, (0, 9): 10}, {(0, 8): 600.0, (0, 9): 600.0}
    assert presence.expected(votes, served, {(0, 8): 30.0, (6, 8): 600.0}) == 1.5


# ---------------------------------------------------------------- a fleet


class Fleet:
    """Kiosks with usual weeks behind them; then some fall silent."""

    def __init__(self, folder: Path, a_day: dict[str, int]) -> None:
        self.collector, self.chance = TestCollector(folder), random.Random(17)
        self.collector.clock.ms = ms(FIRST)
        self.a_day = a_day
        self.kiosks = {
            name: self.collector.add(TestKiosk(name, self.collector.clock, seed=n), f"loket-{n}")
            for n, name in enumerate(a_day, 1)
        }

    def live(self, first: datetime, days: int, silent: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        for n in range(days):
            day = first + timedelta(days=n)
            for name, kiosk in self.kiosks.items():
                if day.weekday() < 5 and name not in silent:
                    self._votes(kiosk, day, self.a_day[name])

    def _votes(self, kiosk: TestKiosk, day: datetime, votes: int) -> None:
        told = len(kiosk.chain)
        last = 650 if day.weekday() == 4 else 950
        for minute in sorted(self.chance.choices(range(455, last), k=votes)):
            kiosk.clock.ms = max(kiosk.clock.ms + 5000, ms(day + timedelta(minutes=minute)))
            kiosk.press("smile")
        self.collector.take(kiosk.votes(told))
        kiosk.clock.ms = ms(day)

    def report(self, at: datetime, *names: str) -> None:
        self.collector.clock.ms = ms(at)
        for name in names:
            self.collector.take(self.kiosks[name].health())

    def judged(self, until: datetime) -> dict[str, Presence]:
        folder = self.collector.path.parent
        rules, calendar = read_ruleset(folder).rules, read_calendar(folder)
        found = Watch(self.collector.db, rules, calendar, until).presences()
        return {each.kiosk: each for each in found}

    def states(self, until: datetime) -> dict[str, str]:
        return {name: each.state for name, each in self.judged(until).items()}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    found = Fleet(tmp_path, {"a-1": 20, "b-1": 20})
    found.live(FIRST, WEEKS * 7)
    yield found
    found.collector.close()


TUESDAY_NIGHT = END + timedelta(days=2)


def test_silence_while_it_reports_is_told_apart_from_no_report(fleet: Fleet) -> None:
    fleet.live(END, 2, silent={"a-1"})
    fleet.report(TUESDAY_NIGHT - timedelta(hours=3), "a-1", "b-1")
    assert fleet.states(TUESDAY_NIGHT) == {"a-1": "silent", "b-1": "present"}
    expected = fleet.judged(TUESDAY_NIGHT)["a-1"].expected
    assert 35 < expected < 55, "two days, and the rest of the Friday before"


def test_a_long_silence_is_still_one_and_half_a_year_is_forgotten(fleet: Fleet) -> None:
    fleet.live(END, 7, silent={"a-1"})
    for weeks, state in ((4, "silent"), (20, "silent"), (25, "silent"), (27, "young")):
        until = END + timedelta(weeks=weeks)
        fleet.report(until, "a-1")
        assert fleet.states(until)["a-1"] == state


def test_no_report_either_is_power_or_network(fleet: Fleet) -> None:
    fleet.live(END, 2, silent={"a-1"})
    fleet.report(END, "a-1")
    assert fleet.states(TUESDAY_NIGHT)["a-1"] == "unheard"


def test_a_report_of_later_says_nothing_of_then(fleet: Fleet) -> None:
    fleet.live(END, 2, silent={"a-1"})
    fleet.report(END, "a-1")
    fleet.report(TUESDAY_NIGHT + timedelta(days=1), "a-1")
    assert fleet.states(TUESDAY_NIGHT)["a-1"] == "unheard"


def test_a_weekend_and_a_holiday_are_no_silence(fleet: Fleet) -> None:
    assert set(fleet.states(END).values()) == {"present"}
    closed = fleet.collector.path.parent / "holidays.csv"
    days = [END + timedelta(days=n) for n in range(4)]
    rows = "".join(f"{day:%Y-%m-%d},Libur,libur\n" for day in days)
    closed.write_text(f"date,name,kind\n{rows}", encoding="utf-8")
    assert set(fleet.states(END + timedelta(days=4)).values()) == {"present"}


def test_an_hour_without_votes_is_no_silence(fleet: Fleet) -> None:
    fleet.live(END, 1)
    assert set(fleet.states(END + timedelta(days=1, hours=9)).values()) == {"present"}


def test_a_kiosk_with_few_votes_is_not_judged(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, {"a-1": 20, "b-1": 3})
    fleet.live(FIRST, WEEKS * 7)
    assert fleet.states(END + timedelta(days=20))["b-1"] == "few"
    fleet.collector.close()


def test_a_new_kiosk_is_not_judged(tmp_path: Path) -> None:
    fleet = Fleet(tmp_path, {"a-1": 20})
    assert fleet.states(FIRST) == {"a-1": "young"}
    fleet.live(FIRST, 14)
    assert fleet.states(FIRST + timedelta(days=20)) == {"a-1": "young"}
    fleet.collector.close()


def test_the_nightly_run_keeps_it_for_the_fleet_page(fleet: Fleet) -> None:
    folder = fleet.collector.path.parent
    fleet.live(END, 2, silent={"a-1"})
    fleet.report(TUESDAY_NIGHT - timedelta(hours=3), "a-1", "b-1")
    for _ in range(2):
        now = TUESDAY_NIGHT + timedelta(minutes=45)
        running.run(fleet.collector.db, read_ruleset(folder), read_calendar(folder), now)
    rows = fleet.collector.rows("SELECT kiosk, state, until FROM presence ORDER BY kiosk")
    until = ms(TUESDAY_NIGHT) // 1000
    assert rows == [("a-1", "silent", until), ("b-1", "present", until)]


def test_the_command_tells_it_up_to_now(fleet: Fleet) -> None:
    words = ["--data", str(fleet.collector.path.parent), "misuse", "presence"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    found = json.loads(CliRunner().invoke(main, [*words, "--json"]).output)
    assert [each["kiosk"] for each in found] == ["a-1", "b-1"]
    assert {each["state"] for each in found} <= {"present", "silent", "unheard", "few", "young"}
    assert all(f"{each['state']:<8} {each['kiosk']}" in result.output for each in found)
