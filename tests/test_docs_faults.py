"""docs/faults.md has a row for every fault, and every row stands for a test that is there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import faulttable
from tests.faultrows import Row, missing

ROOT = Path(__file__).parents[1]
PAGE = faulttable.PAGE.read_text(encoding="utf-8")


def marked() -> Iterator[tuple[str, list[int], str]]:
    """Of every test that is marked: its name, its faults, and how it causes them."""
    for file in sorted((ROOT / "tests").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for call in filter(is_fault, node.decorator_list):
                    numbers = [ast.literal_eval(argument) for argument in call.args]
                    how = ast.literal_eval(call.keywords[0].value)
                    yield f"tests/{file.name}::{node.name}", numbers, how


def is_fault(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.fault"


def test_the_table_is_up_to_date() -> None:
    assert faulttable.page() == PAGE, "run `python docs/faulttable.py`"


def test_every_marked_test_has_its_row_and_every_row_its_test() -> None:
    rows = [(row["test"], row["faults"], row["how"]) for row in faulttable.seen()]
    assert sorted(rows) == sorted(marked()), "run `make test-faults ARGS='-k …'` for what differs"


@pytest.mark.parametrize("number", faulttable.FAULTS)
def test_every_fault_is_caused_or_it_is_said_why_not(number: int) -> None:
    assert f"| **F{number}** {faulttable.FAULTS[number]} | " in PAGE


def test_no_row_tells_of_a_loss() -> None:
    bad = [
        row["test"]
        for row in faulttable.seen()
        if row["result"] == "failed" or row["lost"] or row["doubled"]
    ]
    assert bad == []


# ---------------------------------------------------------------- how rows come to be


def test_a_row_is_as_bad_as_the_worst_of_its_parameters() -> None:
    row = Row("tests/test_x.py::test_y", [1], "so")
    for outcome in ("passed", "failed", "passed"):
        row.add(report(outcome))
    assert (row.result, row.seconds) == ("failed", 4.5)


def test_a_row_says_why_it_was_not_run() -> None:
    row = Row("tests/test_x.py::test_y", [1], "so")
    row.add(report("skipped", ("file", 1, "Skipped: not run: be root")))
    assert (row.result, row.why) == ("not run", "be root")


def test_rows_of_tests_that_are_gone_are_dropped() -> None:
    here = "tests/test_docs_faults.py::test_rows_of_tests_that_are_gone_are_dropped"
    assert [missing(test) for test in (here, f"{here}_x", "tests/test_gone.py::test_x")] == [
        False,
        True,
        True,
    ]


def report(outcome, why=None) -> pytest.TestReport:
    return pytest.TestReport("x", ("x", 1, "x"), {}, outcome, why, "call", duration=1.5)
