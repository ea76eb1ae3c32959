"""gpiozero and lgpio on a real chip: what kiosk/panel.py relies on, and what it works around.

gpiozero's mock pins, with which the other tests play, do none of this.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.vm.image import image
from tests.vm.installed import blank_disk
from tests.vm.machine import Machine

pytestmark = [pytest.mark.vm, pytest.mark.slow, pytest.mark.timeout(3600)]

PROGRAM = "cd /tmp && GPIOZERO_PIN_FACTORY=lgpio python3 /usr/local/lib/senyum-vm/behaviour.py"
Behaviour = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def behaviour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behaviour]:
    data = blank_disk(tmp_path_factory.mktemp("gpiozero") / "data.img")
    with Machine(image(), data) as machine:
        machine.wait_until_booted()
        machine.run("systemctl stop senyum-panel senyum-uplink vm-eye")
        yield lambda case: json.loads(machine.run(f"{PROGRAM} {case} 2>/tmp/said"))


def test_without_debouncing_every_bounce_is_a_press(behaviour: Behaviour) -> None:
    assert behaviour("no_debounce") == {"pressed": 11, "released": 11}


def test_a_contact_counts_once_it_was_stable_for_the_bounce_time(behaviour: Behaviour) -> None:
    assert behaviour("debounce") == {"pressed": 1, "released": 1}


def test_a_tap_shorter_than_the_bounce_time_is_not_heard(behaviour: Behaviour) -> None:
    assert behaviour("shorter_than_bounce") == {"said": []}


def test_a_button_that_is_down_at_the_start_is_not_announced(behaviour: Behaviour) -> None:
    """So the panel asks for it, and waits until it is let go."""
    found = behaviour("down_at_start")
    assert found == {"is_pressed": True, "before": [], "after": ["released"]}


def test_holding_brings_a_thread_of_its_own(behaviour: Behaviour) -> None:
    """So the panel times holding itself."""
    found = behaviour("hold")
    assert (found["threads"], found["calls"]) == (2, 2)
    assert found["held"] > 1


def test_a_slow_callback_delays_every_other_button(behaviour: Behaviour) -> None:
    """All buttons share one thread, so the panel's callbacks only queue."""
    assert 0.6 < behaviour("slow_callback")["delay"] < 3


def test_a_callback_that_raises_is_the_last_one(behaviour: Behaviour) -> None:
    """The process lives on and hears no button any more."""
    assert behaviour("raising_callback") == {"calls": 1, "is_pressed": False}


def test_a_flood_of_edges_ends_with_the_truth(behaviour: Behaviour) -> None:
    """How many are told depends on how soon lgpio's thread gets its turn; more never are."""
    found = behaviour("flood")
    print(f"{found['edges']} edges at once: {found['calls']} calls")
    assert 0 < found["calls"] <= found["edges"]
    assert (found["in_turn"], found["last"], found["is_pressed"]) == (True, "released", False)
    assert found["after"] == ["pressed"], "the buttons are heard as ever"


def test_a_second_process_cannot_take_a_pin(behaviour: Behaviour) -> None:
    found = behaviour("second_process")
    assert found["status"] != 0
    assert "GPIO busy" in found["said"][0]
