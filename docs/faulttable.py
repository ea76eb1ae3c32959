"""The table of docs/faults.md, written anew: `python docs/faulttable.py`.

Every fault, the tests that cause it, and how they last went: that stands in docs/faults.json, which
`make test-faults` writes before it calls this.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

FOLDER = Path(__file__).parent
PAGE = FOLDER / "faults.md"
SEEN = FOLDER / "faults.json"
BEGIN: Final = "<!-- written by `make test-faults` -->"
END: Final = "<!-- end -->"

FAULTS: Final = {
    1: "kill -9 of a kiosk, at random and at named points",
    2: "kill -9 of the collector, between transaction, commit and receipt too",
    3: "kill -9 of the broker; its files deleted, truncated, damaged",
    4: "the broker comes back without its sessions",
    5: "kiosk, broker and collector killed together, 100 times",
    6: "power cut of kiosk and of collector",
    7: "power cut of a whole machine",
    8: "partition, one way, between any two",
    9: "40 % loss, flapping link, 64 kbit/s",
    10: "half-open TCP: dead without a word",
    11: "delay, reorder, duplicate, cut in mid-packet",
    12: "duplicate delivery × 1,000; replay of weeks-old batches",
    13: "receipts lost, forged, for a seq not yet sent",
    14: "malformed, huge, deep, wrong types, empty, retained; topics that are no text",
    15: "slow-loris on web and broker",
    16: "disk full at the kiosk, then space returns",
    17: "disk full at the collector",
    18: "I/O errors",
    19: "clock: boots in 1970, jumps years, goes back, is never synced",
    20: "corrupt page, truncated log, at kiosk and collector",
    21: "card cloned and run twice; card restored from an old image",
    22: "30 days offline, then 500 kiosks at once",
    23: "collector restored from yesterday's backup",
    24: "in the ledger: tail cut, a vote edited, deleted, inserted, renumbered",
    25: "the broker holds a batch for two days, then delivers",
    26: "a stale receipt, or one for another head",
    27: "unknown question, unplaced kiosk, poison vote in mid-batch",
}
# What no test of this table causes, and why.
ELSEWHERE: Final = {
    7: "a virtual machine whose power is cut and that starts from the same disk again:"
    " `make test-vm-all`, see [firmware.md](firmware.md)",
}
COLUMNS: Final = ("fault", "how", "test", "result", "seeds", "confirmed", "lost", "doubled", "s")
SEEDS_SHOWN: Final = 3

Row = dict[str, Any]  # as tests/faultrows.py writes it


def seen() -> list[Row]:
    rows: list[Row] = json.loads(SEEN.read_text(encoding="utf-8"))
    return rows


def table() -> str:
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    rows = seen()
    for number in FAULTS:
        lines += [_line(cells) for cells in _of_fault(number, rows)]
    return "\n".join(lines)


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _of_fault(number: int, rows: list[Row]) -> Iterator[list[str]]:
    """One line for each test; the first names the fault."""
    name = f"**F{number}** {FAULTS[number]}"
    lines = [_cells(row) for row in rows if number in row["faults"]]
    if not lines:
        why = ELSEWHERE.get(number, "no test is marked with it yet")
        lines = [[why, "", "*not run here*", "", "", "", "", ""]]
    for line in lines:
        yield [name, *line]
        name = ""


def _cells(row: Row) -> list[str]:
    file, _, function = row["test"].partition("::")
    counted = row["confirmed"] is not None
    numbers = [f"{row[key]:,}" if counted else "–" for key in ("confirmed", "lost", "doubled")]
    return [
        row["how"],
        f"`{file}` {_words(function)}",
        f"*not run*: {row['why']}" if row["result"] == "not run" else row["result"],
        _seeds(row["seeds"]),
        *numbers,
        f"{row['seconds']:.0f}",
    ]


def _words(function: str) -> str:
    return function.removeprefix("test_").replace("_", " ")


def _seeds(seeds: list[int]) -> str:
    more = "" if len(seeds) <= SEEDS_SHOWN else " …"
    return ", ".join(map(str, seeds[:SEEDS_SHOWN])) + more


def page() -> str:
    """docs/faults.md as it should be: its prose, and the table anew."""
    text = PAGE.read_text(encoding="utf-8")
    between = re.compile(f"(?<={re.escape(BEGIN)}\n).*(?={re.escape(END)})", re.DOTALL)
    return between.sub(lambda _: f"\n{table()}\n\n", text)


def main() -> None:
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
