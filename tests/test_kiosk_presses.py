"""What a press becomes, rule by rule. Each test reads as a story at the counter."""

import pytest

from kiosk.presses import (
    Contested,
    Event,
    Freed,
    Press,
    Presses,
    Stuck,
    TestMode,
    Timing,
    Together,
    TooSoon,
    Vote,
)

FACES = ("frown", "neutral", "smile")
BOOT = 1_000_000  # the panel starts long after the kernel: no test may lean on time zero


class Panel:
    """Fingers and time before a row of buttons. Times are ms after the panel's start."""

    def __init__(
        self,
        *down_at_start: str,
        timing: Timing = Timing(),  # noqa: B008
        faces: tuple[str, ...] = FACES,
    ) -> None:
        self.presses = Presses(timing, faces, frozenset(down_at_start))
        self.events: list[Event] = self.presses.advance(BOOT)
        self._edges: list[tuple[int, str, bool]] = []

    def down(self, face: str, at: int) -> None:
        self._edges.append((at, face, True))

    def up(self, face: str, at: int) -> None:
        self._edges.append((at, face, False))

    def tap(self, face: str, at: int, hold: int = 80) -> None:
        self.down(face, at)
        self.up(face, at + hold)

    def at(self, now: int) -> list[Event]:
        """What has come of it by `now`, presses left out."""
        for at, face, down in sorted(self._edges, key=lambda edge: edge[0]):
            self.presses.edge(face, down, BOOT + at)
        self._edges.clear()
        while (due := self.presses.due()) is not None and due <= BOOT + now:
            self.events += self.presses.advance(BOOT + now)
        return [event for event in self.events if not isinstance(event, Press)]


def vote(face: str, at: int, *, corrects: bool = False, test: bool = False) -> Vote:
    return Vote(face, BOOT + at, corrects, test)


# ---------------------------------------------------------------- one press


def test_a_tap_is_a_vote_once_its_release_is_sure() -> None:
    panel = Panel()
    panel.tap("smile", 0, hold=80)
    assert panel.at(99) == []
    assert panel.at(100) == [vote("smile", 0)]


def test_a_button_that_is_held_votes_without_being_released() -> None:
    panel = Panel()
    panel.down("frown", 0)
    assert panel.at(119) == []
    assert panel.at(120) == [vote("frown", 0)]
    panel.up("frown", 2000)
    assert panel.at(9000) == [vote("frown", 0)]


def test_every_push_is_a_press_for_the_counter() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("smile", 500)
    panel.at(1000)
    pushes = [event for event in panel.events if isinstance(event, Press)]
    assert pushes == [Press("smile", BOOT), Press("smile", BOOT + 500)]


def test_a_touch_shorter_than_the_debounce_is_nothing() -> None:
    panel = Panel()
    panel.tap("smile", 0, hold=19)
    assert panel.at(1000) == []
    assert panel.events == []


def test_a_bouncing_contact_is_one_vote() -> None:
    panel = Panel()
    for at in (0, 3, 7, 12):
        panel.tap("smile", at, hold=1)
    panel.down("smile", 15)
    for at in (100, 104, 109):
        panel.up("smile", at)
        panel.down("smile", at + 2)
    panel.up("smile", 113)
    assert panel.at(5000) == [vote("smile", 15)]


# ---------------------------------------------------------------- the settle window


def test_the_same_face_again_is_too_soon() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("smile", 2999)
    assert panel.at(4000) == [vote("smile", 0), TooSoon("smile", BOOT + 2999)]


def test_after_the_window_the_next_citizen_votes() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("smile", 3000)
    assert panel.at(4000) == [vote("smile", 0), vote("smile", 3000)]


def test_the_window_is_never_extended() -> None:
    panel = Panel()
    for at in (0, 1000, 2000, 3000):
        panel.tap("frown", at)
    assert panel.at(4000)[-1] == vote("frown", 3000)


def test_a_correction_does_not_extend_the_window_either() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("frown", 2900)
    panel.tap("frown", 3100)
    assert panel.at(4000)[1:] == [vote("frown", 2900, corrects=True), vote("frown", 3100)]


def test_a_slip_is_corrected_downwards() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("frown", 1000)
    assert panel.at(2000) == [vote("smile", 0), vote("frown", 1000, corrects=True)]


def test_a_correction_can_be_corrected_further_down() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("neutral", 500)
    panel.tap("frown", 1000)
    assert panel.at(2000)[1:] == [
        vote("neutral", 500, corrects=True),
        vote("frown", 1000, corrects=True),
    ]


def test_a_clerk_cannot_erase_a_frown() -> None:
    panel = Panel()
    panel.tap("frown", 0)
    panel.tap("smile", 1000)
    panel.tap("neutral", 2000)
    assert panel.at(3000) == [
        vote("frown", 0),
        Contested("smile", BOOT + 1000),
        Contested("neutral", BOOT + 2000),
    ]


def test_a_corrected_vote_does_not_come_back() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("frown", 500)
    panel.tap("smile", 1000)
    panel.tap("frown", 1500)
    assert panel.at(2000)[2:] == [Contested("smile", BOOT + 1000), TooSoon("frown", BOOT + 1500)]


def test_a_vote_that_was_not_stored_holds_no_window() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    (refused,) = panel.at(200)
    assert isinstance(refused, Vote)
    panel.presses.not_stored(refused)
    panel.tap("smile", 500)
    assert panel.at(1000)[1:] == [vote("smile", 500)]


def test_a_correction_that_was_not_stored_leaves_the_first_vote_standing() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.tap("frown", 500)
    refused = panel.at(600)[-1]
    assert isinstance(refused, Vote)
    panel.presses.not_stored(refused)
    panel.tap("neutral", 1000)
    panel.tap("neutral", 2000)
    assert panel.at(2500)[2:] == [
        vote("neutral", 1000, corrects=True),
        TooSoon("neutral", BOOT + 2000),
    ]


# ---------------------------------------------------------------- two buttons


def test_two_buttons_down_together_are_no_vote() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.down("frown", 50)
    panel.up("smile", 400)
    panel.up("frown", 500)
    assert panel.at(5000) == [Together(BOOT + 50)]


def test_a_hand_on_all_buttons_is_no_vote() -> None:
    panel = Panel()
    for face in FACES:
        panel.tap(face, 0, hold=300)
    assert panel.at(5000) == [Together(BOOT), Together(BOOT)]


def test_a_second_button_does_not_take_back_a_vote() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.tap("frown", 300)
    panel.up("smile", 600)
    assert panel.at(5000) == [vote("smile", 0), Together(BOOT + 300)]


def test_going_from_one_button_to_the_next_is_not_together() -> None:
    panel = Panel()
    panel.tap("smile", 0, hold=60)
    panel.tap("frown", 60, hold=60)
    assert panel.at(5000) == [vote("smile", 0), vote("frown", 60, corrects=True)]


def test_after_both_are_released_votes_count_again() -> None:
    panel = Panel()
    panel.tap("smile", 0, hold=200)
    panel.tap("neutral", 10, hold=200)
    panel.tap("smile", 600)
    assert panel.at(5000)[1:] == [vote("smile", 600)]


# ---------------------------------------------------------------- stuck buttons


def test_a_button_held_for_too_long_is_stuck_until_released() -> None:
    panel = Panel()
    panel.down("smile", 0)
    assert panel.at(9999) == [vote("smile", 0)]
    assert panel.at(10_000)[1:] == [Stuck("smile", BOOT + 10_000)]
    panel.up("smile", 60_000)
    panel.tap("smile", 61_000)
    assert panel.at(62_000)[2:] == [Freed("smile", BOOT + 60_000), vote("smile", 61_000)]


def test_a_stuck_button_leaves_the_others_alone() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.tap("frown", 20_000)
    assert panel.at(21_000)[2:] == [vote("frown", 20_000)]


def test_a_button_that_is_down_at_start_is_no_press() -> None:
    panel = Panel("smile")
    panel.up("smile", 500)
    assert panel.at(5000) == []
    assert panel.events == []
    panel.tap("smile", 6000)
    assert panel.at(7000) == [vote("smile", 6000)]


def test_a_button_that_is_down_at_start_may_bounce() -> None:
    panel = Panel("smile")
    panel.up("smile", 10)
    panel.down("smile", 15)
    assert panel.at(5000) == []
    assert panel.events == []


def test_a_button_that_is_down_at_start_leaves_the_others_alone() -> None:
    panel = Panel("smile")
    panel.tap("frown", 100)
    assert panel.at(1000) == [vote("frown", 100)]


def test_a_button_that_stays_down_from_the_start_is_stuck() -> None:
    panel = Panel("smile")
    assert panel.at(9999) == []
    assert panel.at(10_000) == [Stuck("smile", BOOT + 10_000)]
    panel.up("smile", 12_000)
    assert panel.at(13_000)[1:] == [Freed("smile", BOOT + 12_000)]


# ---------------------------------------------------------------- test mode


def chord(panel: Panel, at: int, until: int) -> None:
    """First and last face in one grip."""
    panel.tap("smile", at, hold=until - at)
    panel.tap("frown", at + 40, hold=until - at - 40)


def test_smile_and_frown_held_for_5_seconds_are_test_mode() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.down("frown", 40)
    assert panel.at(5039) == [Together(BOOT + 40)]
    assert panel.at(5040)[1:] == [TestMode(on=True, at=BOOT + 5040, voids=False)]


def test_a_chord_let_go_early_is_nothing() -> None:
    panel = Panel()
    chord(panel, 0, 4900)
    assert panel.at(9000) == [Together(BOOT + 40)]


def test_a_third_button_breaks_the_chord() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.down("frown", 40)
    panel.down("neutral", 4000)
    assert not any(isinstance(event, TestMode) for event in panel.at(9000))


def test_a_stuck_button_breaks_the_chord() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.down("frown", 9000)
    assert not any(isinstance(event, TestMode) for event in panel.at(18_999))


def test_the_chord_voids_the_vote_that_its_first_button_became() -> None:
    panel = Panel()
    panel.down("smile", 0)
    panel.down("frown", 500)
    assert panel.at(6000) == [
        vote("smile", 0),
        Together(BOOT + 500),
        TestMode(on=True, at=BOOT + 5500, voids=True),
    ]


def test_the_chord_does_not_void_the_vote_of_the_citizen_before() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.down("smile", 1000)  # too soon: no vote
    panel.down("frown", 1300)
    assert panel.at(7000)[-1] == TestMode(on=True, at=BOOT + 6300, voids=False)


def test_in_test_mode_every_press_is_a_test_vote_at_once() -> None:
    panel = Panel()
    chord(panel, 0, 5500)
    for number, face in enumerate(("smile", "smile", "frown", "smile")):
        panel.tap(face, 6000 + 200 * number)
    assert panel.at(7000)[2:] == [
        vote("smile", 6000, test=True),
        vote("smile", 6200, test=True),
        vote("frown", 6400, test=True),
        vote("smile", 6600, test=True),
    ]


def test_the_chord_ends_test_mode_too() -> None:
    panel = Panel()
    chord(panel, 0, 5500)
    chord(panel, 10_000, 15_500)
    panel.tap("smile", 20_000)
    assert panel.at(21_000)[-2:] == [
        TestMode(on=False, at=BOOT + 15_040, voids=False),
        vote("smile", 20_000),
    ]


def test_test_mode_ends_by_itself() -> None:
    panel = Panel()
    chord(panel, 0, 5500)
    panel.tap("smile", 5040 + 120_000 - 50)  # begun in test mode: still a test
    panel.tap("frown", 5040 + 120_000 + 200)
    assert panel.at(200_000)[2:] == [
        TestMode(on=False, at=BOOT + 125_040, voids=False),
        vote("smile", 124_990, test=True),
        vote("frown", 125_240),
    ]


def test_a_chord_that_comes_too_late_to_end_test_mode_does_not_begin_it_again() -> None:
    panel = Panel()
    chord(panel, 0, 5500)
    chord(panel, 121_000, 127_000)
    modes = [event for event in panel.at(200_000) if isinstance(event, TestMode)]
    assert [mode.on for mode in modes] == [True, False]


def test_a_window_from_before_test_mode_still_holds_after_it() -> None:
    panel = Panel(timing=Timing(settle_ms=60_000))
    panel.tap("smile", 0)
    chord(panel, 1000, 6500)
    chord(panel, 7000, 12_500)
    panel.tap("smile", 13_000)
    assert panel.at(14_000)[-1] == TooSoon("smile", BOOT + 13_000)


def test_a_voided_vote_holds_no_window() -> None:
    panel = Panel(timing=Timing(settle_ms=60_000))
    panel.tap("smile", 0, hold=6000)
    panel.tap("frown", 500, hold=5500)
    chord(panel, 7000, 12_500)
    panel.tap("smile", 13_000)
    assert panel.at(14_000)[-1] == vote("smile", 13_000)


# ---------------------------------------------------------------- time and other scales


def test_an_edge_told_late_counts_from_when_it_was_felt() -> None:
    panel = Panel()
    panel.at(500)
    panel.tap("smile", 400)
    assert panel.at(600) == [vote("smile", 400)]


def test_an_edge_told_too_late_does_not_change_the_past() -> None:
    panel = Panel()
    panel.tap("smile", 0)
    panel.at(1000)  # decided at 100
    panel.tap("frown", 50)
    assert panel.at(2000)[1:] == [vote("frown", 100, corrects=True)]


def test_edges_in_disorder_are_taken_as_they_come() -> None:
    panel = Panel()
    panel.presses.edge("smile", True, BOOT + 100)
    panel.presses.edge("frown", True, BOOT + 90)
    assert panel.at(1000) == [Together(BOOT + 100)]


def test_after_a_vote_nothing_is_decided_until_it_is_stored() -> None:
    panel = Panel()
    for face, at in (("smile", 0), ("smile", 500), ("frown", 1000)):
        panel.presses.edge(face, True, BOOT + at)
        panel.presses.edge(face, False, BOOT + at + 80)
    late = BOOT + 60_000
    first = panel.presses.advance(late)
    assert first == [Press("smile", BOOT), vote("smile", 0)]
    panel.presses.not_stored(vote("smile", 0))
    assert panel.presses.due() == BOOT + 500
    assert panel.presses.advance(late) == [Press("smile", BOOT + 500), vote("smile", 500)]
    assert panel.presses.advance(late) == [
        Press("frown", BOOT + 1000),
        vote("frown", 1000, corrects=True),
    ]
    assert panel.presses.due() is None


def test_before_the_first_call_there_is_work_to_do() -> None:
    presses = Presses(Timing(), FACES, frozenset())
    assert presses.due() == 0
    presses.advance(BOOT)
    assert presses.due() is None


# ---------------------------------------------------------------- rest, and another window


def test_there_is_rest_only_when_a_window_is_over_to_the_millisecond() -> None:
    panel = Panel()
    assert panel.presses.at_rest(BOOT)
    panel.tap("smile", 0)
    panel.at(100)
    assert not panel.presses.at_rest(BOOT + 2999)
    assert panel.presses.at_rest(BOOT + 3000)


def test_there_is_no_rest_from_the_first_touch_to_a_sure_release() -> None:
    panel = Panel()
    panel.presses.edge("smile", True, BOOT)
    assert not panel.presses.at_rest(BOOT), "it was touched, and that is not yet read"
    panel.at(0)
    assert not panel.presses.at_rest(BOOT + 19), "a contact that moves may become a press"
    panel.at(120)
    assert not panel.presses.at_rest(BOOT + 5000), "the window is over, the button is down"
    panel.up("smile", 5000)
    panel.at(5020)
    assert panel.presses.at_rest(BOOT + 5020)


def test_there_is_no_rest_in_test_mode() -> None:
    panel = Panel()
    chord(panel, 0, 6000)
    panel.at(7000)
    assert not panel.presses.at_rest(BOOT + 60_000)
    panel.at(5040 + 120_000)
    assert panel.presses.at_rest(BOOT + 125_040)


def test_another_settle_time_holds_at_once() -> None:
    panel = Panel()
    panel.presses.settle(500)
    panel.tap("smile", 0)
    panel.tap("smile", 499)
    panel.tap("smile", 700)
    assert panel.at(1000) == [
        vote("smile", 0),
        TooSoon("smile", BOOT + 499),
        vote("smile", 700),
    ]


@pytest.mark.parametrize("faces", [("frown", "smile"), ("awful", "poor", "good", "great")])
def test_any_scale_of_faces_has_the_same_rules(faces: tuple[str, ...]) -> None:
    panel = Panel(faces=faces)
    panel.tap(faces[-1], 0)
    panel.tap(faces[0], 1000)
    panel.tap(faces[-1], 2000)
    panel.tap(faces[0], 6000, hold=6000)
    panel.tap(faces[-1], 6000, hold=6000)
    assert panel.at(12_000) == [
        vote(faces[-1], 0),
        vote(faces[0], 1000, corrects=True),
        Contested(faces[-1], BOOT + 2000),
        Together(BOOT + 6000),
        TestMode(on=True, at=BOOT + 11_000, voids=False),
    ]
