"""An export is enough for a third party: its verifier shares no code with ours."""

import ast
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from collector.integrity import exporting
from collector.integrity.exporting import ExportError
from collector.integrity.told import nobody
from collector.ledger.store import read_snapshot
from tests import golden, golden_witness, independent_audit
from tests.auditing import Ledger
from tests.fleet import COLLECTOR_KEY
from tests.independent_audit import verify

Change = Callable[[list[dict]], object]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "data", votes=15)) as made:
        made.witness()
        made.tell(made.kiosks[1], 5)
        yield made


def export(ledger: Ledger, folder: Path) -> Path:
    with closing(read_snapshot(ledger.path)) as db:
        exporting.write(db, folder, COLLECTOR_KEY.public, nobody)
    return folder


def test_the_verifier_shares_no_code_with_the_collector():
    tree = ast.parse(Path(independent_audit.__file__).read_text())
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in named if str(name).startswith(("kiosk", "collector"))}


def test_an_export_is_verified_without_our_code(ledger: Ledger, tmp_path: Path):
    witness = ledger.witness()
    folder = export(ledger, tmp_path / "export")
    assert list(verify(folder, [witness])) == []
    lines = [line for file in (folder / "votes").iterdir() for line in file.read_text().split("\n")]
    assert len([line for line in lines if line]) == ledger.collector.value(
        "SELECT COUNT(*) FROM votes"
    )


def test_an_export_has_no_exact_time(ledger: Ledger, tmp_path: Path):
    folder = export(ledger, tmp_path / "export")
    text = "".join(file.read_text() for file in folder.rglob("*.jsonl"))
    for (tsalt,) in ledger.collector.rows("SELECT HEX(tsalt) FROM fine"):
        assert tsalt.lower() not in text
    votes = [
        json.loads(line)
        for file in (folder / "votes").iterdir()
        for line in file.read_text().splitlines()
    ]
    assert all(vote["received"] % 900 == 0 for vote in votes)
    assert "fine" not in votes[0]


def test_the_sums_are_those_of_sha256sum(ledger: Ledger, tmp_path: Path):
    folder = export(ledger, tmp_path / "export")
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=folder, check=False).returncode == 0
    (folder / "collector.json").write_text("{}")
    assert subprocess.run(check, cwd=folder, check=False, capture_output=True).returncode == 1


def test_nothing_is_written_over(ledger: Ledger, tmp_path: Path):
    folder = export(ledger, tmp_path / "export")
    with pytest.raises(ExportError, match="is there already"):
        export(ledger, folder)
    assert {file.name for file in tmp_path.iterdir()} == {"data", "export"}


# ---------------------------------------------------------------- tampering with an export


def edit(file: str, change: Change) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        [path] = sorted(folder.glob(file))[:1]
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        change(rows)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    return apply


def put(field: str, value: object, at: int = 2) -> Change:
    return lambda rows: rows[at].update({field: value})


VOTES = "votes/*.jsonl"


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (edit(VOTES, put("face", "other")), "has another head"),
        (edit(VOTES, put("question", "other")), "has another head"),
        (edit(VOTES, put("seq", 9)), "stands where 3 should"),
        (edit(VOTES, lambda rows: rows.pop(2)), "stands where 3 should"),
        (edit(VOTES, lambda rows: rows.pop()), "does not say what its votes say"),
        (edit(VOTES, put("quality", "D", 0)), "was changed"),
        (edit(VOTES, put("counted", None, 0)), "was changed"),
        (edit(VOTES, put("received", 900, 0)), "was changed"),
        (edit("checkpoints.jsonl", put("signature", "00" * 64)), "not signed by the kiosk"),
        (edit("checkpoints.jsonl", put("digest", "00" * 32)), "not signed by the kiosk"),
        (edit("checkpoints.jsonl", put("head", "00" * 32)), "has another head"),
        (edit("checkpoints.jsonl", lambda rows: rows.pop(0)), "was changed"),
        (edit("epochs.jsonl", put("key", "00" * 32, 0)), "not the SHA-256 of its key"),
        (edit("epochs.jsonl", put("seq", 1, 0)), "does not say what its votes say"),
        (edit("epochs.jsonl", lambda rows: rows.pop(0)), "is not there"),
    ],
)
def test_tampering_with_an_export_is_found(
    ledger: Ledger, tmp_path: Path, tamper: Callable[[Path], object], says: str
):
    folder = export(ledger, tmp_path / "export")
    tamper(folder)
    assert any(says in complaint for complaint in verify(folder))


def test_a_witness_of_another_office_finds_what_the_exporter_left_out(
    ledger: Ledger, tmp_path: Path
):
    """The last batch is cut off, the witness that knew of it left out: only a kept one tells."""
    witness = ledger.witness()
    folder = export(ledger, tmp_path / "export")
    kiosk = ledger.kiosks[1]
    points = independent_audit.read(folder / "checkpoints.jsonl")
    seqs = [point["seq"] for point in points if point["epoch"] == kiosk.epoch]
    cut = seqs[-2]
    edit(f"votes/{kiosk.epoch}.jsonl", lambda rows: rows.__delitem__(slice(cut, None)))(folder)
    edit(
        "checkpoints.jsonl",
        lambda rows: rows.remove(
            next(r for r in rows if (r["epoch"], r["seq"]) == (kiosk.epoch, seqs[-1]))
        ),
    )(folder)
    edit(
        "epochs.jsonl",
        lambda rows: next(r for r in rows if r["epoch"] == kiosk.epoch).update(
            seq=cut, head=kiosk.heads[cut]
        ),
    )(folder)
    max((folder / "witnesses").iterdir()).unlink()
    assert list(verify(folder)) == []
    [complaint] = verify(folder, [witness])
    assert "dukcapil-02 has another head" in complaint


# ---------------------------------------------------------------- golden witnesses


def golden_epochs() -> dict[str, independent_audit.Epoch]:
    row = {
        "kiosk": golden.KIOSK,
        "epoch": golden.EPOCH,
        "key": golden.KIOSK_KEY.public,
        "seq": 6,
        "head": golden.HEADS[5],
    }
    epoch = independent_audit.Epoch(row)
    names = dict.fromkeys(["v1-votes-first", "v1-votes-next"])
    points = [
        {
            **golden_witness.checkpoint(name)._asdict(),
            "signature": golden_witness.checkpoint(name).signature.hex(),
            "received": golden_witness.RECEIVED,
        }
        for name in names
    ]
    assert list(epoch.verify(iter(golden_votes()), points)) == []
    earlier = independent_audit.Epoch(
        {"kiosk": golden.KIOSK, "epoch": golden_witness.EARLIER, "key": golden.EARLIER_KEY.public}
    )
    return {epoch.name: epoch, earlier.name: earlier}


def golden_votes() -> list[dict]:
    votes = []
    for name in ("v1-votes-first", "v1-votes-next"):
        _, payload = golden.GOLDEN[name].sealed()
        votes += json.loads(payload.partition(b"\n")[2])["votes"]
    noted = [dict(zip(independent_audit.NOTED, row, strict=True)) for row in golden_witness.FILED]
    return [vote | each for vote, each in zip(votes, noted, strict=True)]


@pytest.mark.parametrize("name", golden_witness.WITNESSES)
def test_golden_witnesses_are_verified_without_our_code(name: str):
    data = (golden_witness.FOLDER / f"{name}.txt").read_bytes()
    key = bytes.fromhex(golden.COLLECTOR_KEY.public)
    assert list(independent_audit.verify_witness(data, key, golden_epochs())) == []


def test_golden_witnesses_follow_each_other():
    files = [(golden_witness.FOLDER / f"v1-{n}.txt").read_bytes() for n in ("first", "next")]
    assert list(independent_audit.verify_chain(files)) == []
    assert sha256(files[0]).hexdigest() in files[1].decode()
