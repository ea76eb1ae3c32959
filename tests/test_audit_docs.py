"""The worked example of docs/audit.md, recomputed by the verifier that shares no code with ours."""

import re
from hashlib import sha256
from pathlib import Path

from tests import golden, golden_witness
from tests.independent_audit import digest
from tests.test_audit_export import golden_epochs

PAGE = (Path(__file__).parents[1] / "docs/audit.md").read_text(encoding="utf-8")


def told(what: str) -> str:
    found = re.search(rf"^\| {re.escape(what)} \| `([0-9a-f]{{64}})` \|$", PAGE, re.MULTILINE)
    assert found, what
    return found[1]


def test_the_numbers_of_the_example():
    first = (golden_witness.FOLDER / "v1-first.txt").read_bytes()
    assert told("SHA-256 of its body") == sha256(first.partition(b"\n")[2]).hexdigest()
    assert told("SHA-256 of the file, `prev` of the next") == sha256(first).hexdigest()
    filed = golden_epochs()[golden.EPOCH].filed
    assert told("`filed` before vote 1") == filed[0]
    assert told("`filed` after vote 4") == filed[4]
    assert told("`filed` after vote 6") == filed[6]
    assert told("the journal's head before its first entry") == digest("journal")


def test_the_text_of_the_example_has_its_hash():
    [text] = re.findall(r"^```\n(senyum/1 filed\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert sha256(text.encode()).hexdigest() == told("`filed` after vote 4")


def test_the_numbers_of_the_tamperings_add_up():
    found, total = re.search(r"without any witness \| ([\d,]+) \| ([\d,]+)", PAGE).groups()
    missed = [int(n) for n in re.findall(r"\| (\d+) of \d+ \|$", PAGE, re.MULTILINE)]
    assert sum(missed) == int(total.replace(",", "")) - int(found.replace(",", ""))
