"""What counts as lost and as duplicated."""

import json

import pytest

from collector.demo.boxes import Box, Lamps, Pace, pressed
from collector.demo.outcome import Outcome, duplicated, lost
from collector.ledger.comparing import Row

ONE, TWO, THREE = (Row("e", seq, f"{seq:064x}") for seq in (1, 2, 3))


@pytest.mark.parametrize(
    ("confirmed", "fresh", "stored", "expected"),
    [
        (2, [ONE, TWO], [ONE, TWO], 0),
        (2, [ONE, TWO], [ONE], 1),
        (1, [ONE, TWO], [ONE], 1),  # committed, then the power went before the light
        (3, [ONE, TWO], [ONE, TWO], 1),  # a light without a vote
        (1, [TWO], [ONE, TWO], 0),  # ONE is of an earlier run
        (1, [ONE], [ONE._replace(time="ff")], 1),  # another vote in its place
        (0, [], [], 0),
    ],
)
def test_lost(confirmed, fresh, stored, expected):
    assert lost(confirmed, fresh, stored) == expected


@pytest.mark.parametrize(
    ("committed", "stored", "expected"),
    [
        ([ONE, TWO], [ONE, TWO], 0),
        ([ONE, TWO], [ONE], 0),
        ([ONE, TWO], [ONE, ONE, TWO], 1),
        ([ONE], [ONE, ONE._replace(seq=2)], 1),  # the same press under two numbers
        ([ONE], [ONE, THREE], 1),  # from nobody
    ],
)
def test_duplicated(committed, stored, expected):
    assert duplicated(committed, stored) == expected


@pytest.mark.parametrize(
    ("losses", "doubles", "clean"), [(0, 0, True), (1, 0, False), (0, 1, False)]
)
def test_only_a_run_without_either_is_clean(losses, doubles, clean):
    assert Outcome(5, 4, 4, losses, doubles, 51).clean is clean


@pytest.fixture
def box(tmp_path):
    return Box("dukcapil-1", "dukcapil-1", tmp_path / "dukcapil-1", tmp_path / "run")


def test_confirmed_is_what_the_lamps_said(box):
    box.configure("ab" * 32, 1883, Pace())
    lamps = Lamps([box])
    assert lamps.confirmed() == 0
    with box.lamps.open("a") as log:
        log.write('{"signal":"counted"}\n{"signal":"too_soon"}\n{"signal":"cou')
        log.flush()
        assert lamps.confirmed() == 1
        log.write('nted"}\n')
    assert lamps.confirmed() == 2
    assert lamps.confirmed() == 2
    assert Lamps([box]).confirmed() == 2


def test_pressed_is_summed_over_all_processes_of_a_run(box):
    box.configure("ab" * 32, 1883, Pace())
    assert pressed([box]) == 0
    box.said.write_text(f"{json.dumps({'pressed': 3})}\n{json.dumps({'pressed': 4})}\n")
    assert pressed([box]) == 7
    box.configure("ab" * 32, 1883, Pace())  # another run
    assert pressed([box]) == 0


@pytest.mark.parametrize(
    ("speed", "mean", "settle"),
    [(1, 20.0, 3000), (2, 10.0, 1500), (10, 2.0, 500), (0.5, 40.0, 6000)],
)
def test_speed_hurries_the_public_and_the_settle_window(speed, mean, settle):
    pace = Pace(speed=speed)
    assert (pace.mean, pace.settle_ms) == (mean, settle)
