"""`python -m tests.mutant_scores`: what `make mutants` has found so far, file by file.

Mutants that only spell SQL in other letters are set apart: SQLite reads both alike, so no test can
tell them from ours.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

FOLDER: Final = Path("mutants")
VERDICTS: Final = {0: "survived", 1: "killed", 3: "killed", 5: "no tests", 33: "no tests"}
TIMEOUTS: Final = {36, 24, -24, 152, 255}
COLUMNS: Final = ("killed", "timeout", "survived", "SQL in other letters", "no tests", "not tried")


def main() -> None:
    print("| file |", " | ".join(COLUMNS), "|")
    print("|---|", "---|" * len(COLUMNS), sep="")
    survivors = []
    for file in sorted(FOLDER.rglob("*.py.meta")):
        codes: dict[str, int | None] = json.loads(file.read_text())["exit_code_by_key"]
        verdicts = {name: verdict(name, code) for name, code in codes.items()}
        counts = Counter(verdicts.values())
        if any(code is not None for code in codes.values()):
            name = file.relative_to(FOLDER).with_suffix("").as_posix()
            print(f"| `{name}` |", " | ".join(str(counts[column]) for column in COLUMNS), "|")
        survivors += [name for name, found in verdicts.items() if found == "survived"]
    for name in survivors:
        print("\n" + name, *changed_lines(name), sep="\n  ")


def verdict(name: str, code: int | None) -> str:
    if code is None:
        return "not tried"
    if code in TIMEOUTS:
        return "timeout"
    found = VERDICTS.get(code, "killed")
    return "SQL in other letters" if found == "survived" and only_letters(name) else found


def only_letters(name: str) -> bool:
    before, after = (
        [line[1:].lower() for line in changed_lines(name) if line[0] == sign] for sign in "-+"
    )
    return before == after


def changed_lines(name: str) -> list[str]:
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [
        line
        for line in shown.splitlines()
        if line.startswith(("-", "+")) and not line.startswith(("---", "+++"))
    ]


if __name__ == "__main__":
    main()
