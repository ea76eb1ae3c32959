"""Weeks on a control chart, and what is said of them in lines."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from collector.index.control import Limits, signals
from collector.index.periods import Days, containing
from collector.index.weekly import INDEX, Chart, Mark

LOW, CENTRE, HIGH = Decimal(60), Decimal(70), Decimal(80)
MONDAY = date(2026, 1, 5)
values = st.lists(st.integers(50, 90), max_size=40)


def charted(values: list[int]) -> Chart:
    limits = Limits(60.0, 70.0, 80.0)
    judged = signals([float(value) for value in values], [limits] * len(values))
    marks = [
        Mark(week(n), Decimal(value), (LOW, CENTRE, HIGH), signal)
        for n, (value, signal) in enumerate(zip(values, judged, strict=True))
    ]
    return Chart(INDEX, marks, None)


def week(n: int) -> Days:
    return containing("week", MONDAY + timedelta(weeks=n))


@given(values)
def test_every_week_that_signals_is_in_one_line_of_its_kind(values: list[int]) -> None:
    chart = charted(values)
    for mark in chart.marks:
        lines = [
            each
            for each in chart.departures
            if each.signal == mark.signal and each.days.holds(mark.days)
        ]
        if mark.signal:
            assert len(lines) == 1
            assert lines[0].low <= mark.value <= lines[0].high
    for line in chart.departures:
        inside = [mark for mark in chart.marks if line.days.holds(mark.days)]
        assert line.signal in {mark.signal for mark in inside}
        assert len({mark.value > CENTRE for mark in inside}) == 1


def test_a_long_run_is_one_line_also_where_weeks_in_it_are_beyond() -> None:
    found = charted([66] * 10 + [52] + [65] * 3 + [75] * 3).departures
    assert [(each.days, each.low, each.high, each.signal) for each in found] == [
        (week(10), 52, 52, "beyond"),
        (Days(week(7).first, week(13).end), 65, 66, "run"),
    ]


def test_two_runs_on_two_sides_are_two_lines() -> None:
    found = charted([66] * 8 + [74] * 9).departures
    assert [each.days for each in found] == [week(7), Days(week(15).first, week(16).end)]
    assert charted([66, 74] * 10).departures == []
