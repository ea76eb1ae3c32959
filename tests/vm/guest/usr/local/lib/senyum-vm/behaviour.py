"""What gpiozero with lgpio does on a real chip: one case, named in the first argument, as JSON."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from gpiozero import Button
from wires import line

PIN, OTHER = 5, 6
BOUNCES, BOUNCE_SECONDS = 5, 0.001


class Wire:
    """The far end of a button's line."""

    def __init__(self, pin: int) -> None:
        self._pull = os.open(line(pin) / "pull", os.O_WRONLY)

    def down(self) -> None:
        os.pwrite(self._pull, b"pull-down", 0)

    def up(self) -> None:
        os.pwrite(self._pull, b"pull-up", 0)

    def chatter(self, last: Callable[[], None]) -> None:
        """A bad contact, that settles with `last`."""
        for _ in range(BOUNCES):
            for move in (last, self.up if last == self.down else self.down):
                move()
                time.sleep(BOUNCE_SECONDS)
        last()


@contextmanager
def button(pin: int = PIN, **how: Any) -> Iterator[tuple[Button, Wire, list[str]]]:
    """A button that is up, its wire, and what its callbacks say, each with its thread."""
    wire = Wire(pin)
    wire.up()
    said: list[str] = []
    with Button(pin, pull_up=True, **how) as device:
        device.when_pressed = lambda: said.append("pressed")
        device.when_released = lambda: said.append("released")
        yield device, wire, said


def chatter(bounce: float | None, hold: float, rest: float) -> dict[str, Any]:
    with button(bounce_time=bounce) as (_, wire, said):
        wire.chatter(wire.down)
        time.sleep(hold)
        wire.chatter(wire.up)
        time.sleep(rest)
        return {"pressed": said.count("pressed"), "released": said.count("released")}


def no_debounce() -> dict[str, Any]:
    return chatter(None, 0.2, 1.0)


def debounce() -> dict[str, Any]:
    """Long enough that a busy machine does not stretch a bounce to it."""
    return chatter(0.2, 1.5, 1.5)


def shorter_than_bounce() -> dict[str, Any]:
    with button(bounce_time=1.5) as (_, wire, said):
        wire.down()
        time.sleep(0.1)
        wire.up()
        time.sleep(2)
        return {"said": said}


def down_at_start() -> dict[str, Any]:
    """The line is biased from outside: claiming it with a pull would let go of the button."""
    wire = Wire(PIN)
    wire.down()
    said: list[str] = []
    with Button(PIN, pull_up=None, active_state=False) as device:
        device.when_pressed = lambda: said.append("pressed")
        device.when_released = lambda: said.append("released")
        time.sleep(0.5)
        before = list(said)
        is_pressed = device.is_pressed
        wire.up()
        time.sleep(0.5)
        return {"is_pressed": is_pressed, "before": before, "after": said}


def hold() -> dict[str, Any]:
    threads: list[str] = []
    with button(hold_time=0.5) as (device, wire, _said):
        device.when_pressed = lambda: threads.append(threading.current_thread().name)
        device.when_held = lambda: threads.append(threading.current_thread().name)
        wire.down()
        time.sleep(2)
        return {"threads": len(set(threads)), "calls": len(threads), "held": device.held_time}


def slow_callback() -> dict[str, Any]:
    """One button's callback takes a second; when the other button is heard."""
    heard: list[float] = []
    with button() as (device, wire, _), button(OTHER) as (other, other_wire, _):
        device.when_pressed = lambda: time.sleep(1)
        other.when_pressed = lambda: heard.append(time.monotonic())
        wire.down()
        time.sleep(0.1)
        pressed = time.monotonic()
        other_wire.down()
        time.sleep(3)
        return {"delay": heard[0] - pressed}


def raising_callback() -> dict[str, Any]:
    calls: list[int] = []

    def fail() -> None:
        calls.append(1)
        raise RuntimeError("a callback that raises")

    with button() as (device, wire, _):
        device.when_pressed = fail
        for _ in range(3):
            wire.down()
            time.sleep(0.3)
            wire.up()
            time.sleep(0.3)
        return {"calls": len(calls), "is_pressed": device.is_pressed}


def flood() -> dict[str, Any]:
    """What is said of very many edges, and of one press after them."""
    edges = 2000
    with button() as (device, wire, said):
        for _ in range(edges // 2):
            wire.down()
            wire.up()
        before = -1
        while len(said) > before:
            before = len(said)
            time.sleep(2)
        flooded, is_pressed = list(said), device.is_pressed
        wire.down()
        time.sleep(1)
        return {
            "edges": edges,
            "calls": len(flooded),
            "in_turn": all(one != other for one, other in pairwise(flooded)),
            "last": flooded[-1],
            "is_pressed": is_pressed,
            "after": said[len(flooded) :],
        }


def second_process() -> dict[str, Any]:
    program = "import lgpio; lgpio.gpio_claim_input(lgpio.gpiochip_open(0), 5)"
    with button():
        done = subprocess.run(
            [sys.executable, "-c", program], check=False, capture_output=True, text=True
        )
        return {"status": done.returncode, "said": done.stderr.splitlines()[-1:]}


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    case.__name__: case
    for case in (
        no_debounce,
        debounce,
        shorter_than_bounce,
        down_at_start,
        hold,
        slow_callback,
        raising_callback,
        flood,
        second_process,
    )
}

if __name__ == "__main__":
    print(json.dumps(CASES[sys.argv[1]]()))
