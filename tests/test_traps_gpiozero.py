"""What gpiozero's mock pins hide, and what its buttons do not say."""

import threading

import pytest
from gpiozero import Button
from gpiozero.pins.mock import MockFactory

PIN = 5


@pytest.fixture
def factory():
    factory = MockFactory()
    yield factory
    factory.close()
    factory.reset()


@pytest.fixture
def pin(factory):
    return factory.pin(PIN)


def test_trap_mock_pins_ignore_bounce_time(factory, pin):
    """So debouncing must be ours, or no test would ever see it."""
    presses = []
    with Button(PIN, bounce_time=0.5, pin_factory=factory) as button:
        button.when_pressed = lambda: presses.append(1)
        for _ in range(5):
            pin.drive_low()
            pin.drive_high()
    assert len(presses) == 5


def test_trap_mock_pins_call_back_on_the_thread_that_moves_them(factory, pin):
    """Real pins call back on a thread of their own."""
    threads = []
    with Button(PIN, pin_factory=factory) as button:
        button.when_pressed = lambda: threads.append(threading.current_thread())
        finger = threading.Thread(target=pin.drive_low)
        finger.start()
        finger.join()
    assert threads == [finger]


def test_trap_mock_pins_throw_what_a_callback_raises_at_the_finger(factory, pin):
    """With real pins it would end the one thread that serves every button, unseen."""
    with Button(PIN, pin_factory=factory) as button:
        button.when_pressed = lambda: 1 / 0
        with pytest.raises(ZeroDivisionError):
            pin.drive_low()


def test_trap_a_button_held_at_the_start_never_says_pressed(factory, pin):
    class HeldDown(type(pin)):
        def _set_pull(self, value):
            self._pull = value  # the button is stronger than the pull-up
            self.drive_low()

    pressed, released = [], []
    held = factory.pin(6, pin_class=HeldDown)
    with Button(6, pin_factory=factory) as button:
        button.when_pressed = lambda: pressed.append(1)
        button.when_released = lambda: released.append(1)
        assert button.is_pressed
        held.drive_high()
    assert (pressed, released) == ([], [1])


def test_trap_every_button_brings_a_thread_that_polls(factory):
    """Ten times a second, for a hold event that nobody asked for."""
    before = threading.active_count()
    with Button(PIN, pin_factory=factory):
        assert threading.active_count() == before + 1
