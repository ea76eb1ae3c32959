"""Timelines and crowds: the pushes of a simulated finger."""

from itertools import islice, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.crowd import crowd
from kiosk.timeline import BOUNCE_MS, Push, TimelineError, at_rest, read, touches

FACES = ("frown", "neutral", "smile")


@pytest.fixture
def timeline(tmp_path):
    def timeline(text):
        file = tmp_path / "presses.csv"
        file.write_text(text)
        return read(file, FACES)

    return timeline


def test_a_file_is_read_by_time(timeline):
    text = "ms,face,hold ms\n# morning\n\n5000, smile, 120\n1000,frown,80\n"
    assert timeline(text) == [Push(1000, "frown", 80), Push(5000, "smile", 120)]


def test_two_buttons_may_be_held_together(timeline):
    assert len(timeline("0,smile,6000\n10,frown,6000\n")) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0,smile,80\n1000,grin,80\n", ["line 2", "'grin'", "frown, neutral, smile"]),
        ("0,smile\n", ["line 1", "'0,smile'", "ms,face,hold ms"]),
        ("0,smile,80,9\n", ["line 1", "ms,face,hold ms"]),
        ("soon,smile,80\n", ["line 1", "ms is 'soon'", "whole number"]),
        ("-5,smile,80\n", ["line 1", "ms is '-5'", "from 0"]),
        ("0,smile,0\n", ["line 1", "hold ms is '0'", "from 1"]),
        ("0,smile,1.5\n", ["hold ms is '1.5'"]),
        ("٣,smile,80\n", ["ms is '٣'"]),
        ("0,smile,500\n400,smile,80\n", ["smile is pushed at 400 ms", "before 508 ms"]),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(timeline, text, told):
    with pytest.raises(TimelineError) as error:
        timeline(text)
    for words in ["presses.csv", *told]:
        assert words in str(error.value)


def test_a_file_that_is_no_text_is_told(tmp_path):
    file = tmp_path / "presses.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TimelineError, match="cannot be read"):
        read(file, FACES)
    with pytest.raises(TimelineError, match="cannot be read"):
        read(tmp_path / "none.csv", FACES)


pushes = st.lists(
    st.builds(Push, st.integers(0, 5000), st.sampled_from(FACES), st.integers(1, 3000)),
    max_size=20,
).map(sorted)


@given(pushes, st.integers())
def test_contacts_bounce_but_are_in_order_and_end_where_the_finger_is(pushes, seed):
    made = list(touches(pushes, Random(seed)))
    assert all(earlier.at <= later.at for earlier, later in pairwise(made))
    assert sum(touch.begins for touch in made) == len(pushes)
    for push in pushes:
        alone = list(touches([push], Random(seed)))
        assert alone[0] == (push.at, push.face, True, True)
        assert alone[-1].down is False
        assert alone[-1].at <= push.at + push.hold + BOUNCE_MS
        at_rest = [touch for touch in alone if touch.at < push.at + push.hold]
        assert at_rest[-1].down is True
        assert all(one.down != next_.down for one, next_ in pairwise(alone))


def test_a_seed_repeats_the_crowd_and_its_bounces():
    def some(seed):
        random = Random(seed)
        return list(islice(touches(crowd(random, 5000, FACES), random), 500))

    assert some(7) == some(7)
    assert some(7) != some(8)


def test_citizens_come_as_often_as_asked():
    last = list(islice(crowd(Random(1), 4000, FACES), 3000))[-1]
    pushes_per_citizen = 1.12
    assert last.at / 3000 == pytest.approx(4000 / pushes_per_citizen, rel=0.1)


@given(st.integers())
def test_no_button_is_pushed_while_it_is_down(seed):
    free = {}
    for push in islice(crowd(Random(seed), 300, FACES), 200):
        assert push.at >= free.get(push.face, 0)
        free[push.face] = at_rest(push)


def test_the_crowd_does_everything_that_citizens_do():
    made = list(islice(crowd(Random(3), 20_000, FACES), 2000))
    assert {push.face for push in made} == set(FACES)
    assert any(push.hold > 10_000 for push in made)
    gaps = [
        (later.at - earlier.at, later.face == earlier.face) for earlier, later in pairwise(made)
    ]
    assert any(gap < 1500 and same for gap, same in gaps)
    assert any(gap < 3000 and not same for gap, same in gaps)
