"""Programs that were installed with ours are found in a venv, and as a package lays them out."""

import shutil
import subprocess
import sys
from pathlib import Path

import collector
from collector.programs import program

ASK = "from collector.programs import program; print(program('nats-server'))"


def test_in_a_venv_they_lie_beside_the_interpreter() -> None:
    assert Path(program("senyum-kiosk")) == Path(sys.executable).with_name("senyum-kiosk")


def test_in_a_package_they_lie_beside_ours_and_the_interpreter_is_the_systems(
    tmp_path: Path,
) -> None:
    room = tmp_path / "collector"
    room.mkdir()
    for name in ("__init__.py", "programs.py"):
        shutil.copy(Path(collector.__file__).with_name(name), room)
    carried = tmp_path / "bin/nats-server"
    carried.parent.mkdir()
    carried.touch()
    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert answer.stdout.strip() == str(carried)
