"""What lamps and buzzer say, and that it cannot be misunderstood."""

from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.player import Player
from kiosk.signals import DARK, LONG_MS, SAYS, SIGNALS, Reader, Seen, network, read_out, state

FACES = ("frown", "neutral", "smile")


class Panel:
    """A player whose lamps a reader watches, on a clock that only we move."""

    def __init__(self, faces=FACES):
        self.reader, self.seen, self.states, self.now = Reader(faces), [], [], 0
        self.player = Player(faces, self._show)

    def _show(self, now):
        self.states.append((self.now, now))
        seen = self.reader.see(now)
        if seen is not None:
            self.seen.append(seen)

    def play(self, name, face=None):
        self.player.play(name, face, self.now)

    def wait(self, ms):
        """Let time pass, as the loop does: from one due moment to the next."""
        end = self.now + ms
        while (due := self.player.due()) is not None and due <= end:
            self.now = due
            self.player.advance(due)
        self.now = end


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("faces", [("bad", "good"), FACES, ("a", "b", "c", "d")])
def test_every_signal_is_understood_once_and_ends_dark(name, faces):
    panel = Panel(faces)
    panel.play(name, faces[0])
    panel.wait(10_000)
    assert [seen.signal for seen in panel.seen] == [name]
    assert panel.states[-1][1] == DARK
    assert panel.player.due() is None


def test_counted_is_understood_at_once_with_its_face():
    panel = Panel()
    panel.play("counted", "smile")
    assert panel.seen == [Seen("counted", "smile")]


def test_too_soon_never_lights_a_lamp_while_it_sounds():
    panel = Panel()
    panel.play("too_soon", "smile")
    panel.wait(1000)
    assert all(not lamps for _, (lamps, buzzer) in panel.states if buzzer)


@given(
    faces=st.sampled_from([("bad", "good"), FACES, ("a", "b", "c", "d")]),
    plays=st.lists(
        st.tuples(st.sampled_from(list(SIGNALS)), st.integers(0, 3), st.integers(0, 2500)),
        max_size=30,
    ),
)
def test_counted_is_never_missed_and_never_imagined_whatever_interrupts(faces, plays):
    panel = Panel(faces)
    for name, face, wait in plays:
        panel.play(name, faces[face % len(faces)])
        panel.wait(wait)
    counted = [Seen("counted", faces[f % len(faces)]) for name, f, _ in plays if name == "counted"]
    assert [seen for seen in panel.seen if seen.signal == "counted"] == counted


def test_signals_differ_in_sound_not_only_in_light():
    sounds = {
        name: tuple(step.ms for step in steps if step.buzzer) for name, steps in SIGNALS.items()
    }
    for name in ("too_soon", "cannot_store"):
        assert sounds["counted"] != sounds[name]
        assert sounds[name]


def test_no_signal_depends_on_one_lamp_being_of_another_colour():
    """With equal lamps and equal places, the rhythm of light and sound still tells them apart."""
    rhythms = [
        tuple((step.ms, step.lamps != "none", step.buzzer) for step in steps)
        for steps in SIGNALS.values()
    ]
    assert len(set(rhythms)) == len(rhythms)


def _flashes(steps, place):
    return [step.ms for step in steps if step.lamps == place]


def test_the_read_out_tells_network_queue_and_clock_by_place_and_rhythm():
    opening = len(SIGNALS["test_mode"])
    fine = read_out(network="fine", sent=True, clock=True)[opening:]
    trouble = read_out(network="trouble", sent=True, clock=False)[opening:]
    assert [_flashes(fine, place) for place in ("first", "middle", "last")] == [[500]] * 3
    assert _flashes(trouble, "first") == [90, 90]
    assert _flashes(trouble, "middle") == [500]
    assert _flashes(trouble, "last") == [90, 90]
    assert not any(step.buzzer for step in trouble)


def test_no_network_for_an_hour_is_told_by_three_short_flashes():
    assert [network(ms) for ms in (None, 0, LONG_MS - 1, LONG_MS)] == [
        *("fine", "trouble", "trouble", "long"),
    ]
    opening = len(SIGNALS["test_mode"])
    steps = read_out(network="long", sent=True, clock=True)[opening:]
    assert _flashes(steps, "first") == [90, 90, 90]


def _seen_without_colour(steps):
    """What somebody sees who tells no colours, and hears: when, where, and with a tone or not."""
    return tuple((step.ms, step.lamps, step.buzzer) for step in steps)


def _all_that_is_shown():
    yield from SIGNALS.items()
    for words in product(("fine", "trouble", "long"), (True, False), (True, False)):
        yield words, read_out(network=words[0], sent=words[1], clock=words[2])


def test_any_two_things_that_are_shown_differ_in_rhythm_or_place():
    for (one, steps), (other, others) in combinations(_all_that_is_shown(), 2):
        assert _seen_without_colour(steps) != _seen_without_colour(others), (one, other)


def test_each_signal_says_something_of_its_own():
    assert list(SAYS) == list(SIGNALS)
    assert len(set(SAYS.values())) == len(SAYS)


def test_a_late_loop_makes_a_step_longer_but_skips_none():
    panel = Panel()
    panel.play("too_soon", "smile")
    for _ in range(10):
        panel.now += 5000
        panel.player.advance(panel.now)
    shown = [lamps_and_buzzer for _, lamps_and_buzzer in panel.states]
    assert shown == [*(state(step, FACES, "smile") for step in SIGNALS["too_soon"]), DARK]


def test_steps_last_as_long_as_written():
    panel = Panel()
    panel.play("counted", "frown")
    panel.wait(5000)
    times = [at for at, _ in panel.states]
    assert [later - earlier for earlier, later in pairwise(times)] == [200, 1300]


def test_the_tone_of_counted_is_heard_out_before_a_refusal():
    panel = Panel()
    panel.play("counted", "smile")
    panel.play("too_soon", "frown")
    panel.wait(5000)
    assert panel.seen == [Seen("counted", "smile"), Seen("too_soon", "frown")]
    tone, blip = (at for at, _ in panel.states[:2])
    assert blip - tone == SIGNALS["counted"][0].ms


def test_a_correction_is_confirmed_at_once_and_is_the_last_word():
    panel = Panel()
    panel.play("counted", "smile")
    panel.play("too_soon", "smile")
    panel.play("counted", "frown")
    panel.wait(5000)
    assert panel.seen == [Seen("counted", "smile"), Seen("counted", "frown")]
    assert [at for at, _ in panel.states] == [0, 0, 200, 1500]
