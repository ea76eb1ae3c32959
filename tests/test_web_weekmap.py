"""The map of weekdays and hours: grey where there is too little, bold only where chance is not."""

from decimal import Decimal

from collector.web.weekmap import MINIMUM, week_map

OWN = Decimal(80)


def test_too_few_votes_are_counted_and_nothing_else_is_said() -> None:
    tallies = {(0, 9): {"smile": MINIMUM - 1}, (0, 10): {"smile": MINIMUM}}
    cells = week_map(tallies, OWN).cells
    assert (cells[0, 9].index, cells[0, 9].lean) == (None, None)
    assert cells[0, 10].index == Decimal("100.00")


def test_a_cell_without_votes_is_as_one_with_too_few() -> None:
    found = week_map({(0, 9): {"smile": 40}, (0, 11): {"smile": 40}}, OWN)
    assert found.hours == [9, 10, 11]
    assert found.cell(0, 10).lean is None


def test_the_working_week_is_always_there_and_the_weekend_only_with_votes() -> None:
    assert week_map({(1, 9): {"smile": 1}}, OWN).weekdays == [0, 1, 2, 3, 4]
    assert week_map({(5, 9): {"smile": 1}}, OWN).weekdays == [0, 1, 2, 3, 4, 5]
    assert week_map({}, OWN).hours == []


def test_a_lean_is_clear_only_when_the_interval_leaves_out_the_own_index() -> None:
    tallies = {
        (0, 8): {"smile": 60},
        (0, 9): {"smile": 10, "neutral": 2, "frown": 1},
        (0, 10): {"smile": 8, "neutral": 3, "frown": 2},
        (0, 11): {"smile": 8, "neutral": 3, "frown": 3},
        (0, 12): {"smile": 10, "frown": 50},
    }
    cells = week_map(tallies, OWN).cells
    leans = [cells[0, hour].lean for hour in (8, 9, 10, 11, 12)]
    assert leans == ["above", "high", "level", "low", "below"]


def test_of_many_votes_a_small_difference_is_certain_and_still_small() -> None:
    tallies = {(0, 9): {"smile": 75_000, "frown": 25_000}}  # 81.25: chance has no part in it
    assert week_map(tallies, OWN).cells[0, 9].lean == "level"


def test_foreign_faces_count_in_nothing() -> None:
    cell = week_map({(0, 9): {"smile": 5, "grin": 40}}, OWN).cells[0, 9]
    assert (cell.n, cell.lean) == (5, None)
