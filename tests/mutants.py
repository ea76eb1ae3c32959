"""`python -m tests.mutants [ROOM …]`: change the code in many small ways, and ask the tests.

Each room of the code is judged by the quick tests that concern it, in a copy of the tree under
var/mutants, without chance: a mutant meets the same tests each time. A room that was begun goes on
where it stood; what has changed since is tried again.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from tests.mutant_scores import scores

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "var/mutants"
CHILDREN: Final = 2  # mutants at a time


class Room(NamedTuple):
    """Files are named without `.py`, tests without `tests/test_`."""

    files: list[str]
    tests: list[str]


def _ingest(*names: str) -> list[str]:
    return [f"collector/ingest/{name}" for name in names]


def _integrity(*names: str) -> list[str]:
    return [f"collector/integrity/{name}" for name in names]


ROOMS: Final = {
    "wire": Room(["kiosk/wire"], ["wire", "independent"]),
    "presses": Room(["kiosk/presses"], ["kiosk_presses", "kiosk_presses_properties"]),
    "courier": Room(["kiosk/courier"], ["kiosk_courier"]),
    "outbox": Room(
        ["kiosk/outbox", "kiosk/outbox_file", "kiosk/retention"],
        ["kiosk_outbox", "kiosk_outbox_faults", "kiosk_post"],
    ),
    # The loop and its MQTT client are not among them: they would need a broker.
    "ingest": Room(
        _ingest("approve", "corrections", "cursor", "drain", "inbox", "step", "storing", "timing"),
        [
            *("ingest_bad_input", "ingest_commit", "ingest_corrections", "ingest_cursor"),
            *("ingest_succession", "ingest_timing", "ingest_timing_limits", "ledger_copies"),
            *("ledger_deeds", "ledger_fleet", "commands_afar"),
        ],
    ),
    "audit": Room(
        _integrity("*audit", "chain", "counting", "signature", "standing"),
        ["audit_verify", "audit_findings", "audit_notes", "audit_witness", "audit_export"],
    ),
}


def main() -> int:
    chosen = sys.argv[1:] or list(ROOMS)
    unknown = [name for name in chosen if name not in ROOMS]
    if unknown:
        print(f"mutants: there is no room {unknown[0]!r}; there are: {', '.join(ROOMS)}")
        return 1
    for name in chosen:
        _run(name, ROOMS[name])
    for name in chosen:
        print(*scores(name, FOLDER / name), sep="\n")
    return 0


def _run(name: str, room: Room) -> None:
    copy = FOLDER / name
    _copy_the_tree(copy)
    (copy / "setup.cfg").write_text(_settings(room))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(CHILDREN)]
    subprocess.run(command, cwd=copy, check=True)


def _copy_the_tree(copy: Path) -> None:
    """What is in version control, as it is now; beside it stays what is known of the mutants."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, copy / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _settings(room: Room) -> str:
    lists = {
        "source_paths": ["kiosk", "collector"],
        "only_mutate": [f"{file}.py" for file in room.files],
        "also_copy": ["docs", "systemd"],
        "pytest_add_cli_args": [
            "--hypothesis-profile=ci",
            "-p",
            "no:cacheprovider",
            "-m",
            "not slow",
        ],
        "pytest_add_cli_args_test_selection": [f"tests/test_{name}.py" for name in room.tests],
    }
    written = (f"{key} =\n  " + "\n  ".join(values) for key, values in lists.items())
    return "[mutmut]\n" + "\n".join(written) + "\n"


if __name__ == "__main__":
    sys.exit(main())
