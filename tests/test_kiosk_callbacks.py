"""A panel whose callbacks have died says so and ends; it does not look well and hear nobody."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from kiosk.callbacks import DEAF_LOOKS, LOOK_MS, Deaf, Hearing
from tests.bench import bench
from tests.notrun import not_run

FACES = ("frown", "smile")


def fail(*_arguments):
    raise RuntimeError("a bug in a callback")


@pytest.fixture
def contacts():
    """The faces whose contacts are closed, whatever was called back."""
    return set()


@pytest.fixture
def hearing(contacts):
    hearing = Hearing(lambda face, down: None)
    hearing.begin(FACES, lambda: frozenset(contacts), ())
    return hearing


def look(hearing, times, since=0):
    for number in range(times):
        hearing.check(since + number * LOOK_MS)


def test_a_callback_that_fails_ends_the_panel(tmp_path):
    with bench(tmp_path) as kiosk:
        kiosk.push("smile")
        kiosk.kiosk.hearing.work = fail
        with pytest.raises(RuntimeError, match="a bug"):  # mock pins throw it at the finger
            kiosk.move("smile", True)
        with pytest.raises(Deaf, match="a callback failed: RuntimeError"):
            kiosk.step()
        assert [vote.seq for vote in kiosk.votes] == [1]


def test_a_thread_that_has_ended_ends_the_panel():
    thread = Thread(target=lambda: None)
    hearing = Hearing(lambda face, down: None)
    thread.start()
    thread.join()
    hearing.begin(FACES, frozenset, (thread,))
    with pytest.raises(Deaf, match="lgpio's thread has ended"):
        hearing.check(0)


def test_a_contact_that_changes_without_a_word_ends_the_panel(hearing, contacts):
    look(hearing, 10)
    contacts.add("smile")
    look(hearing, DEAF_LOOKS - 1, since=20 * LOOK_MS)
    with pytest.raises(Deaf, match="smile is down, and nobody said so"):
        hearing.check(30 * LOOK_MS)


def test_a_word_that_comes_late_is_a_word(hearing, contacts):
    contacts.add("smile")
    look(hearing, DEAF_LOOKS - 1)
    hearing.felt("smile", True)
    look(hearing, 10, since=20 * LOOK_MS)


def test_a_contact_that_flutters_is_heard(hearing, contacts):
    """What was called back last may lag behind: as long as something comes, somebody hears."""
    for number in range(10):
        contacts.symmetric_difference_update({"smile"})
        hearing.felt("smile", "smile" not in contacts)
        hearing.check(number * LOOK_MS)


def test_a_button_that_is_down_at_the_start_is_no_silence(contacts):
    contacts.add("smile")
    hearing = Hearing(lambda face, down: None)
    hearing.begin(FACES, lambda: frozenset(contacts), ())
    look(hearing, 10)


def test_a_held_button_of_the_real_front_is_heard(tmp_path):
    with bench(tmp_path, held=("frown",)) as kiosk:
        kiosk.wait(5 * LOOK_MS)
        kiosk.move("frown", False)
        kiosk.wait(5 * LOOK_MS)


# ---------------------------------------------------------------- the library itself

# What lgpio's C part would write for an edge, into the pipe that its Python thread reads.
WITH_LGPIO = """
import os, struct, sys, time
import lgpio
from kiosk.callbacks import Deaf, Hearing, lgpio_threads

(thread,) = lgpio_threads()
hearing = Hearing(lambda face, down: print("heard", face, flush=True))
hearing.begin(("smile",), frozenset, (thread,))

def edge(gpio):
    with open(f".lgd-nfy{lgpio._notify_thread._notify}", "wb") as pipe:
        pipe.write(struct.pack("QBBBBI", 1, 0, gpio, 1, 0, 0))

def wait(true):
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)

heard = []
lgpio.callback(0, 5, lgpio.BOTH_EDGES, lambda *_: (hearing.felt("smile", True), heard.append(1)))
lgpio.callback(0, 6, lgpio.BOTH_EDGES, lambda *_: 1 / 0)
edge(5)
wait(lambda: heard)
hearing.check(0)
edge(6)
wait(lambda: not thread.is_alive())
try:
    hearing.check(1)
except Deaf as error:
    print(error)
"""


def test_the_thread_of_the_real_lgpio_is_found_and_missed(tmp_path: Path) -> None:
    """With the library that a card has, and without a chip."""
    if sys.version_info >= (3, 13):
        not_run("lgpio has no wheel for this Python")
    done = subprocess.run(
        [sys.executable, "-c", WITH_LGPIO], env=os.environ | {"LG_WD": str(tmp_path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    heard, said = done.stdout.splitlines()
    assert heard == "heard smile"
    assert said == "no button is heard any more: lgpio's thread has ended, as told above"
    assert "ZeroDivisionError" in done.stderr
