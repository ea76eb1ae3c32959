"""Child processes: started, watched, started again, stopped in order. None outlives this one."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import BinaryIO, Final, Protocol

from collector import leash
from collector.errors import CollectorError

log = logging.getLogger("senyum.collector.supervise")

Process = subprocess.Popen[bytes]

FIRST_PAUSE: Final = 0.5  # seconds before a child is started again, doubled each time …
LONGEST_PAUSE: Final = 30.0  # … up to this,
SETTLED: Final = 60.0  # and forgotten once it has lived this long
CHECK_EVERY: Final = 10.0
GRACE: Final = 15.0  # seconds from SIGTERM to SIGKILL
TICK: Final = 0.1
WAIT: Final = 0.02


def launch(command: Sequence[str], out: Path | None = None, errors: Path | None = None) -> Process:
    """Start `command` (an absolute path and arguments) so that it dies with this process.

    What it prints goes where ours goes, or is appended to the files named. It leads a session of
    its own: a Ctrl-C at the terminal reaches only us, and we stop in order.
    """
    leashed = [sys.executable, "-I", "-S", str(Path(leash.__file__)), str(os.getpid()), *command]
    with _appending(out) as stdout, _appending(errors) as stderr:
        return subprocess.Popen(
            leashed,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )


def _appending(file: Path | None) -> AbstractContextManager[BinaryIO | None]:
    return nullcontext() if file is None else file.open("ab")


def end(
    processes: Iterable[Process], grace: float = GRACE, meanwhile: Callable[[], None] | None = None
) -> None:
    """Ask all of them to end at once; those that have not after `grace` seconds are killed."""
    processes = [process for process in processes if process.poll() is None]
    for process in processes:
        process.terminate()
    await_end(processes, grace, meanwhile)


def await_end(
    processes: Sequence[Process], grace: float, meanwhile: Callable[[], None] | None = None
) -> None:
    """Wait until all have ended; those that have not after `grace` seconds are killed.

    `meanwhile` is called again and again.
    """
    until = time.monotonic() + grace
    while any(process.poll() is None for process in processes) and time.monotonic() < until:
        if meanwhile is not None:
            meanwhile()
        time.sleep(WAIT)
    for process in processes:
        if process.poll() is None:
            log.warning("pid=%d does not end: killed", process.pid)
            process.kill()
            process.wait()


class Child(Protocol):
    """Something that can be started, and started again."""

    @property
    def name(self) -> str: ...

    def start(self) -> Process:
        """Raises CollectorError if it cannot be started."""

    def healthy(self) -> bool:
        """Is it, beyond being alive, at work? Asked now and then."""


@dataclass(frozen=True)
class Command:
    """A child that needs no more than its command line."""

    name: str
    command: Sequence[str]
    out: Path | None = None
    errors: Path | None = None

    def start(self) -> Process:
        return launch(self.command, self.out, self.errors)

    def healthy(self) -> bool:
        return True


@dataclass
class _Watched:
    child: Child
    process: Process | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)  # when it is to be started again

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps `children` running. Call `step` often; `now` is a monotonic clock in seconds."""

    def __init__(self, children: Sequence[Child], now: Callable[[], float]) -> None:
        self._watched = [_Watched(child) for child in children]
        self._now = now
        self._check_at = now() + CHECK_EVERY
        self.restarts = 0

    def start(self) -> None:
        """Start all, in order. If one cannot be started, those before it are stopped."""
        try:
            for watched in self._watched:
                self._start(watched)
        except BaseException:
            self.stop()
            raise

    def step(self) -> None:
        """Notice who has died or does not work, and start again who is due."""
        for watched in self._watched:
            if watched.process is not None and not watched.alive:
                self._plan_restart(watched, f"ended code={watched.process.returncode}")
            if watched.process is None and self._now() >= watched.due:
                self._restart(watched)
        if self._now() >= self._check_at:
            self._check()

    def stop(self, grace: float = GRACE) -> None:
        """Stop one after the other, the last started first."""
        for watched in reversed(self._watched):
            end([watched.process] if watched.process else [], grace)

    def stop_together(
        self, grace: float = GRACE, meanwhile: Callable[[], None] | None = None
    ) -> None:
        running = [watched.process for watched in self._watched if watched.process]
        end(running, grace, meanwhile)

    def pids(self) -> dict[str, int]:
        """Who runs now, by name."""
        return {
            watched.child.name: watched.process.pid
            for watched in self._watched
            if watched.process is not None and watched.alive
        }

    def _start(self, watched: _Watched) -> None:
        watched.process = watched.child.start()
        watched.started = self._now()
        log.info("child=%s pid=%d started", watched.child.name, watched.process.pid)

    def _restart(self, watched: _Watched) -> None:
        self.restarts += 1
        try:
            self._start(watched)
        except (CollectorError, OSError) as error:
            self._plan_restart(watched, f"cannot be started ({error})")

    def _plan_restart(self, watched: _Watched, why: str) -> None:
        lived = self._now() - watched.started
        watched.failures = 1 if watched.process and lived >= SETTLED else watched.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(watched.failures - 1, 16))
        watched.process, watched.due = None, self._now() + pause
        log.warning("child=%s %s; started again in %.1f s", watched.child.name, why, pause)

    def _check(self) -> None:
        self._check_at = self._now() + CHECK_EVERY
        for watched in self._watched:
            if watched.process and watched.alive and not watched.child.healthy():
                log.error("child=%s runs but does not work: killed", watched.child.name)
                watched.process.kill()


class Stopper:
    """Says whether SIGINT or SIGTERM has come. Only notes it: a handler must not do more."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def keep(supervisor: Supervisor, stopping: Callable[[], bool]) -> None:
    """Step until told to stop."""
    while not stopping():
        supervisor.step()
        time.sleep(TICK)
