"""What was found about a room's mutants (tests/mutants.py): a row for each file, and who lives.

Mutants that only spell SQL in other letters are set apart: SQLite reads both alike, so no test can
tell them from ours.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

VERDICTS: Final = {None: "not tried", 0: "survived", 5: "no tests", 33: "no tests"}
TIMEOUTS: Final = {36, 24, -24, 152, 255}
SPELLING: Final = "SQL in other letters"
COLUMNS: Final = ("killed", "timeout", "survived", SPELLING, "no tests", "not tried")


def scores(room: str, copy: Path) -> Iterator[str]:
    """Lines of Markdown, then each survivor as a change."""
    yield f"| {room} | {' | '.join(COLUMNS)} |"
    yield "|---" * (1 + len(COLUMNS)) + "|"
    survivors: dict[str, list[str]] = {}
    for file in sorted((copy / "mutants").rglob("*.py.meta")):
        codes: dict[str, int | None] = json.loads(file.read_text())["exit_code_by_key"]
        found = {name: _verdict(code) for name, code in codes.items()}
        lived = {
            name: _changed_lines(copy, name)
            for name, verdict in found.items()
            if verdict == "survived"
        }
        found |= {name: SPELLING for name, lines in lived.items() if _is_spelling(lines)}
        counts = Counter(found.values())
        name = file.relative_to(copy / "mutants").with_suffix("").as_posix()
        if codes:
            yield f"| `{name}` | {' | '.join(str(counts[column]) for column in COLUMNS)} |"
        survivors |= {name: lines for name, lines in lived.items() if found[name] != SPELLING}
    for name, lines in survivors.items():
        yield "\n  ".join(["", name, *lines])


def _verdict(code: int | None) -> str:
    return "timeout" if code in TIMEOUTS else VERDICTS.get(code, "killed")


def _is_spelling(lines: list[str]) -> bool:
    before, after = ([line[1:].lower() for line in lines if line[0] == sign] for sign in "-+")
    return before == after


def _changed_lines(copy: Path, name: str) -> list[str]:
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True).stdout
    return [
        line
        for line in shown.splitlines()
        if line.startswith(("-", "+")) and not line.startswith(("---", "+++"))
    ]
