"""The rows of docs/faults.md: which tests cause which fault, and how they last went.

`@pytest.mark.fault(8, how="…")` names the lines that a test is for, and how it causes them. With
SENYUM_FAULT_ROWS=FILE what was seen is written there (`make test-faults`), beside what was seen
of other tests before.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from tests.accounts import Account

ROOT = Path(__file__).parents[1]
ACCOUNT = pytest.StashKey[Account]()
NOT_RUN = "not run"
WORST_LAST = ("passed", NOT_RUN, "failed")


@dataclass
class Row:
    """How one test function went, all its parameters together."""

    test: str  # tests/test_x.py::test_y
    faults: list[int]
    how: str
    result: str = "passed"
    why: str = ""  # it was not run
    seeds: list[int] = field(default_factory=list)
    confirmed: int | None = None  # None: it asserts, and counts no votes
    lost: int = 0
    doubled: int = 0
    seconds: float = 0.0

    def add(self, report: pytest.TestReport) -> None:
        self.seconds = round(self.seconds + report.duration, 1)
        said = {"skipped": NOT_RUN}.get(report.outcome, report.outcome)
        self.result = max(self.result, said, key=WORST_LAST.index)
        if said == NOT_RUN and isinstance(report.longrepr, tuple):
            self.why = report.longrepr[2].removeprefix("Skipped: not run: ")

    def settle(self, account: dict[str, int]) -> None:
        self.seeds.append(account["seed"])
        self.confirmed = (self.confirmed or 0) + account["confirmed"]
        self.lost += account["lost"]
        self.doubled += account["doubled"]


class FaultRows:
    """A pytest plugin that gathers rows and writes them into `file` at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rows: dict[str, Row] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Iterator[None]:  # pytest.TestReport goes in and out
        """What a row needs goes with the report, which may be for another process to read."""
        report = yield
        marks = list(item.iter_markers("fault"))
        if marks:
            faults = sorted({number for mark in marks for number in mark.args})
            report.user_properties += [("faults", faults), ("how", marks[0].kwargs["how"])]
            account = item.stash.get(ACCOUNT, None)
            if report.when == "teardown" and account is not None and account.settled:
                report.user_properties.append(("account", asdict(account)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        if "faults" in told:
            test = report.nodeid.partition("[")[0]
            row = self._rows.setdefault(test, Row(test, told["faults"], told["how"]))
            row.add(report)
            if "account" in told:
                row.settle(told["account"])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):  # one of several: the first of them writes
            return
        rows = {row["test"]: row for row in read(self._file) if not missing(row["test"])}
        rows |= {test: asdict(row) for test, row in self._rows.items()}
        ordered = sorted(rows.values(), key=lambda row: (row["faults"], row["test"]))
        text = json.dumps(ordered, indent=1, ensure_ascii=False)
        self._file.write_text(text + "\n", encoding="utf-8")


def missing(test: str) -> bool:
    """Is the test gone that a row of an earlier run is of?"""
    file, _, function = test.partition("::")
    return not (
        (ROOT / file).exists() and f"def {function}(" in (ROOT / file).read_text(encoding="utf-8")
    )


def read(file: Path) -> list[dict]:
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def plugin() -> FaultRows | None:
    file = os.environ.get("SENYUM_FAULT_ROWS")
    return FaultRows(Path(file).absolute()) if file else None
