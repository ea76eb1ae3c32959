"""The panel, and lgpio's own wheel for it, on the instructions of a Raspberry Pi."""

import json
import subprocess

import pytest

from tests.vm.arm64 import command, small

pytestmark = [pytest.mark.vm, pytest.mark.slow, pytest.mark.timeout(900)]

FACES = ["frown", "neutral", "smile"]


def test_presses_are_shown_and_kept_on_an_arm64() -> None:
    console = subprocess.run(
        command(small()), check=False, capture_output=True, text=True, timeout=800
    ).stdout
    found = [line for line in console.splitlines() if line.startswith("FOUND ")]
    assert len(found) == 1, console[-3000:]
    assert json.loads(found[0].removeprefix("FOUND ")) == {
        "machine": "aarch64",
        "lamps": [[face] for face in FACES],
        "kept": FACES,
    }
