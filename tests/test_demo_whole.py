"""The whole path of a vote, played in small: started, killed, continued, stopped."""

import fcntl
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from collector.demo.demo import DemoError, Wishes, play
from collector.demo.screen import Screen
from collector.ledger import journal, registry
from collector.ledger.registry import Kiosk
from collector.ledger.store import read_ledger
from tests.small_demo import few_places

PATIENCE = 60.0
UNHEARD = "inspektorat-1"  # of the three agencies the one without a live kiosk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def demo(folder):
    """Start the small demo; what is still running at the end is killed."""
    started = []

    def start(seconds: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.small_demo", str(folder), seconds]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _outcome(process: subprocess.Popen[str]) -> dict[str, int]:
    said, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, complained
    outcome: dict[str, int] = json.loads(said)
    return outcome


def _wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def _players(folder: Path) -> set[int]:
    """The processes that work in the demo's folder."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and str(folder).encode() in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found - {os.getpid()}


def _confirmed(folder: Path) -> int:
    logs = (folder / "kiosks").glob("*/lamps.jsonl")
    return sum(log.read_text().count('"counted"') for log in logs)


def _kiosks(folder: Path) -> dict[str, Kiosk]:
    with closing(read_ledger(folder / "ledger.db")) as db:
        return {kiosk.kiosk: kiosk for kiosk in registry.kiosks(db)}


@pytest.fixture(scope="module")
def first(demo, folder):
    """The outcome of a first run, and the kiosks after it."""
    return _outcome(demo("6")), _kiosks(folder)


def test_a_run_ends_with_every_confirmed_vote_stored_once(first):
    outcome, kiosks = first
    assert outcome["pressed"] >= outcome["confirmed"] == outcome["stored"] > 0
    assert (outcome["lost"], outcome["duplicated"], outcome["agencies"]) == (0, 0, 3)
    live = [kiosk for kiosk in kiosks.values() if kiosk.retired_at is None]
    assert sum(kiosk.epochs[0].seq for kiosk in live) == outcome["stored"]


def test_nothing_is_left_running(first, folder):
    assert _players(folder) == set()


def test_the_kiosks_that_it_registers_stand_in_the_journal(first, folder):
    live = {name for name, kiosk in first[1].items() if kiosk.retired_at is None}
    with closing(read_ledger(folder / "ledger.db")) as db:
        told = [entry for entry in journal.entries(db) if entry.what == "kiosk-added"]
    assert {json.loads(entry.detail)["kiosk"] for entry in told} == live


def test_it_continues_after_everything_was_killed(first, demo, folder):
    before = first[1]
    killed = demo("-")
    _wait(lambda: _confirmed(folder) > 0 and len(_players(folder)) > 5)
    players = _players(folder)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    _wait(lambda: not players & _players(folder))

    continued = demo("-")
    _wait(lambda: _confirmed(folder) > 2)  # the lamps' log is of this run alone
    continued.send_signal(signal.SIGINT)
    outcome = _outcome(continued)
    assert outcome["stored"] >= outcome["confirmed"] > 2  # with what the killed run left
    assert (outcome["lost"], outcome["duplicated"]) == (0, 0)
    _require_continued(before, _kiosks(folder))
    assert _players(folder) == set()


def _require_continued(before: dict[str, Kiosk], after: dict[str, Kiosk]) -> None:
    assert after.keys() == before.keys()
    for name, kiosk in after.items():
        (then,), (now,) = before[name].epochs, kiosk.epochs
        assert now.epoch == then.epoch
        plays = kiosk.retired_at is None and name != UNHEARD
        assert now.seq > then.seq if plays else now == then


def test_two_demos_in_one_folder_are_refused(tmp_path):
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DemoError, match="runs here already"):
            play(Wishes(tmp_path), few_places(), _silent(), lambda: True)


def test_a_taken_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DemoError, match=f"port {port} is taken"):
            play(Wishes(tmp_path, port=port), few_places(), _silent(), lambda: True)


def _silent() -> Screen:
    return Screen(Console(file=io.StringIO()))
