"""What holds for any fingers and any contacts."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.presses import (
    Contested,
    Event,
    Press,
    Presses,
    TestMode,
    Timing,
    TooSoon,
    Vote,
)

FACES = ("frown", "neutral", "smile")
TIMING = Timing()
BOOT = 1_000_000
LONG = 1_000_000
Edge = tuple[int, str, bool]

_TELLING = (
    0,
    1,
    5,
    19,
    20,
    21,
    80,
    99,
    100,
    101,
    119,
    120,
    121,
    500,
    1500,
    2999,
    3000,
    5000,
    10_000,
)
gaps = st.sampled_from(_TELLING) | st.integers(0, 12_000)


@st.composite
def edges(draw: st.DrawFn) -> list[Edge]:
    """Any contacts at any times, in order."""
    now, down, made = BOOT, dict.fromkeys(FACES, False), []
    for face, gap in draw(st.lists(st.tuples(st.sampled_from(FACES), gaps), max_size=40)):
        now += gap
        down[face] = not down[face]
        made.append((now, face, down[face]))
    return made


@st.composite
def taps(draw: st.DrawFn) -> list[Edge]:
    """Fingers that push one button after the other, quickly: many votes and corrections."""
    now, made = BOOT, []
    for face, gap in draw(st.lists(st.tuples(st.sampled_from(FACES), st.integers(100, 4000)))):
        now += gap
        made += [(now, face, True), (now + 60, face, False)]
    return made


calm = settings(deadline=None)  # a busy machine is no failure
starts = st.frozensets(st.sampled_from(FACES))


def panel(down: frozenset[str] = frozenset()) -> Presses:
    presses = Presses(TIMING, FACES, down)
    assert presses.advance(BOOT) == []
    return presses


def outcome(contacts: list[Edge], down: frozenset[str] = frozenset()) -> list[Event]:
    presses = panel(down)
    for at, face, level in contacts:
        presses.edge(face, level, at)
    return until(presses, BOOT + LONG)


def until(presses: Presses, now: int) -> list[Event]:
    """What a loop that wakes at `now` and no sooner gets to see."""
    events: list[Event] = []
    while (due := presses.due()) is not None and due <= now:
        events += presses.advance(now)
    return events


# ---------------------------------------------------------------- votes


@calm
@given(contacts=edges() | taps())
def test_in_a_window_every_further_vote_is_a_correction_downwards(contacts: list[Edge]) -> None:
    window: list[Vote] = []
    for event in outcome(contacts):
        if isinstance(event, TestMode) and event.voids:
            window = []
        if not isinstance(event, Vote) or event.test:
            continue
        if event.corrects:
            assert event.at < window[0].at + TIMING.settle_ms
            assert FACES.index(event.face) < FACES.index(window[-1].face)
            window.append(event)
        else:
            assert not window or event.at >= window[0].at + TIMING.settle_ms
            window = [event]


@calm
@given(contacts=edges() | taps(), down=starts)
def test_a_press_has_at_most_one_outcome_and_nothing_comes_of_no_press(
    contacts: list[Edge], down: frozenset[str]
) -> None:
    events = outcome(contacts, down)
    presses = [(event.face, event.at) for event in events if isinstance(event, Press)]
    judged = [
        (event.face, event.at) for event in events if isinstance(event, Vote | TooSoon | Contested)
    ]
    assert len(presses) == len(set(presses))
    assert len(judged) == len(set(judged))
    assert set(judged) <= set(presses)


@calm
@given(contacts=taps())
def test_a_finger_at_a_time_always_gets_an_answer(contacts: list[Edge]) -> None:
    """One button at a time, held long enough: every press is a vote or says why not."""
    events = outcome(contacts)
    answers = [event for event in events if isinstance(event, Vote | TooSoon | Contested)]
    assert len(answers) == len(contacts) // 2


@calm
@given(contacts=edges())
def test_a_vote_is_a_test_exactly_when_it_was_pressed_in_test_mode(contacts: list[Edge]) -> None:
    events = outcome(contacts)
    modes = [event for event in events if isinstance(event, TestMode)]
    assert [mode.on for mode in modes] == [number % 2 == 0 for number in range(len(modes))]
    for event in events:
        if isinstance(event, Vote):
            pressed = event.at + TIMING.debounce_ms
            before = [mode for mode in modes if mode.at < pressed]
            assert event.test == (len(before) % 2 == 1)


@calm
@given(contacts=edges(), down=starts)
def test_test_mode_is_entered_by_a_long_chord_only(
    contacts: list[Edge], down: frozenset[str]
) -> None:
    for event in outcome(contacts, down):
        if isinstance(event, TestMode) and event.on:
            for face in (FACES[0], FACES[-1]):
                assert last_up(contacts, face, event.at) <= event.at - TIMING.chord_ms


def last_up(contacts: list[Edge], face: str, until: int) -> int:
    """When `face` was last up, for longer than a debounce hides."""
    mine = [(BOOT, False), *((at, down) for at, name, down in contacts if name == face)]
    past = [(at, down) for at, down in mine if at <= until]
    ends = [at for at, _ in past[1:]] + [until]
    spells = zip(past, ends, strict=True)
    return max(end for (at, down), end in spells if not down and end - at >= TIMING.debounce_ms)


# ---------------------------------------------------------------- time


@calm
@given(contacts=edges(), down=starts, data=st.data())
def test_the_size_of_the_steps_makes_no_difference(
    contacts: list[Edge], down: frozenset[str], data: st.DataObject
) -> None:
    presses = panel(down)
    events: list[Event] = []
    times = [at + later for at, _, _ in contacts for later in _TELLING] or [BOOT]
    steps = st.lists(st.integers(BOOT, BOOT + LONG) | st.sampled_from(times), max_size=20)
    wakes = sorted(data.draw(steps))
    for at, face, level in contacts:
        for wake in [wake for wake in wakes if wake < at]:
            events += until(presses, wake)
        presses.edge(face, level, at)
    for wake in [*wakes, BOOT + LONG]:
        events += until(presses, wake)
    assert events == outcome(contacts, down)


@calm
@given(contacts=edges(), down=starts)
def test_who_wakes_only_when_due_misses_nothing_and_never_wakes_in_vain_for_ever(
    contacts: list[Edge], down: frozenset[str]
) -> None:
    presses = panel(down)
    events: list[Event] = []
    wakes = 0
    for at, face, level in contacts:
        while (due := presses.due()) is not None and due <= at:
            events += presses.advance(due)
            wakes += 1
        presses.edge(face, level, at)
    while (due := presses.due()) is not None:
        events += presses.advance(due)
        wakes += 1
    assert events == outcome(contacts, down)
    assert wakes <= 6 * len(contacts) + len(FACES)


@calm
@given(contacts=edges(), down=starts)
def test_before_it_is_due_nothing_happens(contacts: list[Edge], down: frozenset[str]) -> None:
    presses = panel(down)
    for at, face, level in contacts:
        presses.edge(face, level, at)
    while (due := presses.due()) is not None:
        assert presses.advance(due - 1) == []
        presses.advance(due)
    assert presses.advance(BOOT + LONG) == []


# ---------------------------------------------------------------- bounces


@st.composite
def clean_and_bouncing(draw: st.DrawFn) -> tuple[list[Edge], list[Edge]]:
    """The same fingers on perfect contacts, and on contacts that bounce before they rest."""
    clean: list[Edge] = []
    bouncing: list[Edge] = []
    for face in FACES:
        now, level = BOOT, False
        for gap in draw(st.lists(st.integers(250, 6000), max_size=10)):
            now, level = now + gap, not level
            clean.append((now, face, level))
            bouncing += [*_bounces(draw, now, face, level), (now, face, level)]
            bouncing += _glitch(draw, now + 25, face, level)
    return sorted(clean), sorted(bouncing, key=lambda edge: edge[:2])


def _bounces(draw: st.DrawFn, rest: int, face: str, level: bool) -> list[Edge]:
    """Up to four touches before the contact rests, none as long as the debounce."""
    touches = draw(st.lists(st.tuples(st.integers(1, 19), st.integers(1, 19)), max_size=4))
    made: list[Edge] = []
    for touch, gap in touches:
        rest -= gap
        made.append((rest, face, not level))
        rest -= touch
        made.append((rest, face, level))
    return made[::-1]


def _glitch(draw: st.DrawFn, at: int, face: str, level: bool) -> list[Edge]:
    """A short break while the contact rests."""
    length = draw(st.integers(0, 19))
    return [(at, face, not level), (at + length, face, level)] if length else []


@calm
@given(both=clean_and_bouncing())
def test_bounces_shorter_than_the_debounce_change_nothing(
    both: tuple[list[Edge], list[Edge]],
) -> None:
    clean, bouncing = both
    assert outcome(bouncing) == outcome(clean)


@settings(calm, max_examples=30)
@given(noise=st.lists(st.integers(1, 19), max_size=200), face=st.sampled_from(FACES))
def test_a_contact_that_never_rests_never_votes(noise: list[int], face: str) -> None:
    times = [BOOT]
    for gap in noise:
        times.append(times[-1] + gap)
    contacts = [(at, face, number % 2 == 0) for number, at in enumerate(times)]
    contacts += [(times[-1] + 19, face, False)]
    assert all(later - sooner < TIMING.debounce_ms for sooner, later in pairwise(times))
    assert outcome(contacts) == []
