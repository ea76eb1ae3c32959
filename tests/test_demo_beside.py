"""What is drawn beside the votes: possible, the same from one seed, and never from the future."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from collector.demo.beside import complaints, forgotten, heard, people
from collector.demo.public import CALM, Character, Public, Trouble
from collector.demo.station import Station, key_of
from collector.index.uptime import QUARTER

FIRST = date(2026, 3, 2)
DAYS = [FIRST + timedelta(days=n) for n in range(120)]
ZONE = ZoneInfo("Asia/Makassar")
OPEN = ((450, 960),)  # minutes: 34 quarters of an hour


def station(seed: str) -> Station:
    public = Public(seed, Character(20, 1.0, 0.0, 0.0), FIRST)

    def hours(day: date) -> tuple[tuple[int, int], ...]:
        return OPEN if day.weekday() < 5 else ()

    return Station("k", "c", public, hours, ZONE, key_of("1", "k"))


def minute(quarter: int) -> int:
    """Of its local day."""
    at = datetime.fromtimestamp(quarter * QUARTER, ZONE)
    return at.hour * 60 + at.minute


def test_kiosks_are_heard_in_service_hours_alone_and_some_less() -> None:
    shares = []
    for seed in map(str, range(40)):
        found = list(heard(station(seed), DAYS))
        assert found == sorted(set(found))
        assert {minute(quarter) for quarter in found} <= set(range(450, 960))
        working = sum(day.weekday() < 5 for day in DAYS)
        shares.append(len(found) / (34 * working))
    assert max(shares) <= 1
    assert 0.97 < sorted(shares)[20] < 1
    assert min(shares) < 0.96


@given(st.integers(0, 9), st.dictionaries(st.sampled_from(DAYS), st.integers(1, 500)))
def test_nobody_presses_who_did_not_come(seed: int, votes: dict[date, int]) -> None:
    counted = people(seed, "rsud", votes)
    assert counted.keys() == votes.keys()
    assert all(counted[day] >= votes[day] for day in votes)
    assert counted == people(seed, "rsud", votes)


@given(st.integers(0, 9), st.floats(0, 500), st.integers(1, 120))
def test_a_complaint_is_handled_step_by_step_and_nothing_is_known_before(
    seed: int, volume: float, length: int
) -> None:
    last = DAYS[length - 1]
    found = complaints(seed, "rsud", volume, DAYS[:length], CALM)
    for each in found:
        known = [each.received, each.disposition, each.answered, each.closed]
        days = [day for day in known if day]
        assert days == sorted(days)
        assert days == known[: len(days)], "no step is left out"
        assert days[-1] <= last
    assert len({each.number for each in found}) == len(found)
    assert forgotten(seed, "rsud", last).number not in {each.number for each in found}


def test_more_complain_in_a_bad_week() -> None:
    bad = Trouble(DAYS[50], DAYS[56], 1.4, -1.3)

    def of_that_week(trouble: Trouble) -> int:
        drawn = (complaints(seed, "d", 60.0, DAYS, trouble) for seed in range(40))
        return sum(bad.first <= each.received <= bad.last for found in drawn for each in found)

    assert of_that_week(bad) > 3 * of_that_week(CALM)
