"""A question before a technician, in a real terminal."""

import signal
import sys
from collections.abc import Iterator

import pytest

from tests.terminal import Terminal

ASKS = """
import signal, threading, time
from kiosk.check.question import answered

def stop(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, stop)
# The kernel gives a signal to any thread; Python runs its handler in the first one.
other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()

def tell():
    time.sleep(0.5)
    signal.pthread_kill(other.ident, signal.SIGTERM)

if {to_another}:
    threading.Thread(target=tell, daemon=True).start()
try:
    print("said", answered("Does it shine?"))
except KeyboardInterrupt:
    print("stopped")
"""


def asking(to_another: bool = False) -> Terminal:
    return Terminal([sys.executable, "-c", ASKS.replace("{to_another}", str(to_another))])


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with asking() as asked:
        asked.expect("Does it shine? [y/n]: ")
        yield asked


@pytest.mark.parametrize(("typed", "said"), [("y", True), ("YES", True), ("n", False)])
def test_yes_or_no(typed: str, said: bool, terminal: Terminal) -> None:
    terminal.type(f"{typed}\n")
    terminal.expect(f"said {said}")


def test_other_words_are_asked_again(terminal: Terminal) -> None:
    terminal.type("perhaps\n")
    terminal.expect("Please answer y or n.")
    terminal.expect("Does it shine? [y/n]: ")
    terminal.type("y\n")
    terminal.expect("said True")


def test_the_end_of_input_is_no_answer(terminal: Terminal) -> None:
    terminal.type("\x04")
    terminal.expect("Abort")
    assert terminal.ended() == 1


def test_a_signal_ends_it(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGTERM)
    terminal.expect("stopped")


def test_so_does_one_that_does_not_wake_the_reader() -> None:
    with asking(to_another=True) as terminal:
        terminal.expect("Does it shine?")
        terminal.expect("stopped")
