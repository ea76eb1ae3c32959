"""Children are kept alive, stopped in order, and never outlive whoever started them."""

import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collector.errors import CollectorError
from collector.supervise import CHECK_EVERY, FIRST_PAUSE, SETTLED, Command, Supervisor, end, launch

PATIENCE = 10.0


def _python(text: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", textwrap.dedent(text)]


SLEEPER = _python("import time; time.sleep(60)")
STUBBORN = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    time.sleep(60)
"""


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Recorded:
    """A child of which every start is remembered."""

    name: str
    command: list[str]
    processes: list = field(default_factory=list)
    works: bool = True

    def start(self):
        self.processes.append(launch(self.command))
        return self.processes[-1]

    def healthy(self) -> bool:
        return self.works


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def supervise(clock):
    made = []

    def make(*children):
        made.append(Supervisor(children, clock))
        made[-1].start()
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop_together(grace=1)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _wait(condition) -> bool:
    until = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def _kill(process) -> None:
    process.kill()
    process.wait()


def test_a_child_that_dies_is_started_again_after_a_pause(supervise, clock):
    child = Recorded("one", SLEEPER)
    supervisor = supervise(child)
    _kill(child.processes[0])
    supervisor.step()
    assert len(child.processes) == 1
    clock.seconds += FIRST_PAUSE
    supervisor.step()
    assert len(child.processes) == 2
    assert supervisor.pids() == {"one": child.processes[1].pid}
    assert supervisor.restarts == 1


def test_pauses_double_and_are_forgotten_by_a_long_life(supervise, clock):
    child = Recorded("one", SLEEPER)
    supervisor = supervise(child)
    for lived, pause in ((0, 1), (0, 2), (0, 4), (SETTLED, 1)):
        clock.seconds += lived
        _kill(child.processes[-1])
        supervisor.step()
        count = len(child.processes)
        clock.seconds += FIRST_PAUSE * pause - 0.01
        supervisor.step()
        assert len(child.processes) == count
        clock.seconds += 0.02
        supervisor.step()
        assert len(child.processes) == count + 1


def test_the_others_are_left_alone(supervise, clock):
    one, two = Recorded("one", SLEEPER), Recorded("two", SLEEPER)
    supervisor = supervise(one, two)
    _kill(one.processes[0])
    for _ in range(5):
        clock.seconds += FIRST_PAUSE
        supervisor.step()
    assert len(two.processes) == 1
    assert _alive(two.processes[0].pid)


def test_a_child_that_runs_but_does_not_work_is_killed_and_started_again(supervise, clock):
    child = Recorded("one", SLEEPER)
    supervisor = supervise(child)
    child.works = False
    supervisor.step()
    assert _alive(child.processes[0].pid)  # asked only now and then
    clock.seconds += CHECK_EVERY
    supervisor.step()
    assert child.processes[0].wait(PATIENCE) == -signal.SIGKILL
    supervisor.step()
    clock.seconds += FIRST_PAUSE
    supervisor.step()
    assert len(child.processes) == 2


class Refusing(Recorded):
    """A child that cannot be started."""

    def start(self):
        raise CollectorError("no such thing")


def test_if_one_cannot_be_started_the_others_are_stopped(clock):
    first = Recorded("first", SLEEPER)
    with pytest.raises(CollectorError, match="no such thing"):
        Supervisor([first, Refusing("second", [])], clock).start()
    assert not _alive(first.processes[0].pid)


def test_a_restart_that_fails_is_tried_again(supervise, clock):
    child = Recorded("one", SLEEPER)
    supervisor = supervise(child)
    _kill(child.processes[0])
    child.__class__ = Refusing
    for _ in range(3):
        clock.seconds += 10
        supervisor.step()
    child.__class__ = Recorded
    clock.seconds += 30
    supervisor.step()
    assert len(child.processes) == 2


def test_children_are_stopped_in_reverse_order(supervise, tmp_path):
    told = tmp_path / "told"
    note = f"""
        import pathlib, signal, sys, time
        def leave(*_):
            with open({str(told)!r}, "a") as file: file.write(sys.argv[1])
            sys.exit()
        signal.signal(signal.SIGTERM, leave)
        pathlib.Path({str(told)!r} + sys.argv[1]).touch()
        time.sleep(60)
    """
    supervisor = supervise(*(Recorded(name, [*_python(note), name]) for name in "abc"))
    assert _wait(lambda: all(told.with_name(f"told{name}").exists() for name in "abc"))
    supervisor.stop()
    assert told.read_text() == "cba"
    assert supervisor.pids() == {}


def test_who_ignores_sigterm_is_killed(tmp_path):
    process = launch(_python(STUBBORN), tmp_path / "out")
    assert _wait(lambda: (tmp_path / "out").read_bytes() == b"ready\n")
    end([process], grace=0.1)
    assert process.returncode == -signal.SIGKILL


def test_what_it_prints_is_appended_to_the_named_files(clock, tmp_path):
    out, errors = tmp_path / "out", tmp_path / "errors"
    out.write_text("before\n")
    noisy = _python("import sys; print('after'); print('oh', file=sys.stderr)")
    Command("one", noisy, out, errors).start().wait(PATIENCE)
    assert out.read_text() == "before\nafter\n"
    assert errors.read_text() == "oh\n"


PARENT = """
    import sys, time
    from collector.supervise import launch
    for name in "abc":
        print(launch([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]).pid)
    sys.stdout.flush()
    time.sleep(60)
"""


@pytest.fixture
def parent():
    command = [sys.executable, "-c", textwrap.dedent(PARENT)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def test_a_killed_parent_leaves_no_orphan(parent):
    children = [int(parent.stdout.readline()) for _ in range(3)]
    assert all(_alive(pid) for pid in children)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert _wait(lambda: not any(_alive(pid) for pid in children))


def test_a_child_whose_parent_died_first_does_not_start(tmp_path):
    from collector import leash

    touched = tmp_path / "touched"
    command = [sys.executable, leash.__file__, "1", *_python(f"open({str(touched)!r}, 'w')")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "has ended" in ended.stderr
    assert not touched.exists()
