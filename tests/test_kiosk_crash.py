"""Dying on request, so that the kill tests can choose the moment."""

import os
import subprocess
import sys

import pytest

from kiosk.crash import CRASH_POINTS, EXIT_CODE, CrashError, crash_at

PASS_THREE_TIMES = (
    "import os; from kiosk.crash import crash_at; crash = crash_at(os.environ);"
    "[print(crash('after_commit'), crash('after_lamp'), flush=True) for _ in range(3)]"
)


def run(crash_point: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        env=os.environ | {"SENYUM_CRASH_AT": crash_point},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_the_setting_nothing_happens() -> None:
    crash = crash_at({})
    for point in CRASH_POINTS:
        crash(point)


def test_the_process_ends_at_the_named_point() -> None:
    done = run("after_commit")
    assert (done.returncode, done.stdout) == (EXIT_CODE, "")


def test_the_process_ends_at_the_nth_passage() -> None:
    done = run("after_lamp:3")
    assert done.returncode == EXIT_CODE
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("wish", ["nowhere", "after_commit:x", "after_commit:-1", ":2"])
def test_a_point_that_is_not_there_is_refused(wish: str) -> None:
    with pytest.raises(CrashError, match="use one of press_decided, before_commit"):
        crash_at({"SENYUM_CRASH_AT": wish})
