"""Lamps are dim outside of service hours, if the kiosk knows the time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin
from msgspec.structs import replace

from kiosk import lighting
from kiosk.panel import Front
from kiosk.wire import ClockState, Moment
from tests.bench import settings
from tests.golden import SETTINGS


def moment(utc: str, clock: ClockState = "synced") -> Moment:
    wall = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp() * 1000)
    return Moment(boot="3f" * 16, up=1, wall=wall, clock=clock)


@pytest.mark.parametrize(
    ("utc", "percent"),
    [
        ("2026-11-25T23:29:59", 5),  # Thursday, 07.29 WITA
        ("2026-11-25T23:30:00", 100),  # 07.30
        ("2026-11-26T07:59:59", 100),
        ("2026-11-26T08:00:00", 5),  # 16.00
        ("2026-11-27T02:59:00", 100),  # Friday, 10.59
        ("2026-11-27T03:00:00", 5),  # 11.00
        ("2026-11-28T02:00:00", 5),  # Saturday
        ("1970-01-01T00:00:00", 100),  # a Thursday too, 08.00
    ],
)
def test_it_is_day_in_service_hours(utc: str, percent: int) -> None:
    assert lighting.level(SETTINGS, moment(utc)) == percent


def test_without_hours_or_a_right_clock_it_is_never_night() -> None:
    saturday = "2026-11-28T02:00:00"
    assert lighting.level(replace(SETTINGS, hours=None), moment(saturday)) == 100
    assert lighting.level(SETTINGS, moment(saturday, "unsynced")) == 100


def test_with_night_at_0_lamps_are_dark_outside_of_hours_and_a_vote_still_sounds(
    tmp_path: Path,
) -> None:
    dark = lighting.level(replace(SETTINGS, night=0), moment("2026-11-28T02:00:00"))
    pins, chosen = MockFactory(pin_class=MockPWMPin), settings(tmp_path).pins
    front = Front(chosen, pins, lambda _face, _down: None)
    lamps = [pins.pin(number) for number in chosen.lamps.values()]
    for percent, shining in ((dark, 0), (100, 3)):
        front.brightness = percent
        front.show((frozenset(chosen.lamps), True))
        assert sum(lamp.state > 0 for lamp in lamps) == shining
        assert pins.pin(chosen.buzzer.pin).state
    front.close()
