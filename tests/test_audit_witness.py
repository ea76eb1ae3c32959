"""Witnesses: their bytes for ever, how one is taken, and what it refuses to vouch for."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from collector.integrity import delivery, witnessing
from collector.integrity.witness import Witness, WitnessError, seal, unseal
from collector.integrity.witnessing import NotWitnessed
from collector.ledger import witnesses
from collector.ledger.store import read_snapshot
from tests import golden_witness
from tests.auditing import Ledger
from tests.fleet import COLLECTOR_KEY, signing_key
from tests.test_audit_verify import cut_back, spoil

FOLDER = golden_witness.FOLDER


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path)) as made:
        yield made


def opened(file: bytes) -> Witness:
    return unseal(file, COLLECTOR_KEY.public, "the file").witness


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize("name", golden_witness.WITNESSES)
def test_a_witness_is_spelled_as_ever(name: str):
    shipped = (FOLDER / f"{name}.txt").read_bytes()
    assert golden_witness.WITNESSES[name]() == shipped
    witness, digest = unseal(shipped, golden_witness.COLLECTOR_KEY.public, name)
    assert digest == sha256(shipped).hexdigest()
    assert witness.n == (1 if name == "v1-first" else 2)


def test_no_golden_file_is_forgotten():
    assert {file.stem for file in FOLDER.iterdir()} == set(golden_witness.WITNESSES)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"senyum/1 witness", b"senyum/1 receipt", "does not begin with"),
        (b"Ed25519 ", b"Ed25519  ", "does not begin with"),
        (b'"seq":4', b'"seq":5', "was changed after it was signed"),
        (b'"v":1', b'"v":2', "no witness of version 1"),
        (b'"seq":4', b'"seq":-4', "no witness of version 1"),
        (b'"n":1', b'"n":1,"n":1', "not spelled"),
        (b'"n":1', b'"n": 1', "not spelled"),
        (b'"n":1', b'"later":7,"n":1', "not spelled"),
        (b"\n", b"", "does not begin with"),
        (b'"key":"29', b'"key":"30', "is signed by key"),
    ],
)
def test_a_changed_witness_is_refused(old: bytes, new: bytes, says: str):
    shipped = (FOLDER / "v1-first.txt").read_bytes()
    with pytest.raises(WitnessError, match=says):
        unseal(shipped.replace(old, new, 1), COLLECTOR_KEY.public, "the file")


def test_a_witness_by_another_key_is_refused(ledger: Ledger):
    forged = msgspec.structs.replace(opened(ledger.witness()), n=2)
    with pytest.raises(WitnessError, match="was changed after it was signed"):
        opened(seal(forged, signing_key(77)))


# ---------------------------------------------------------------- taking one


def test_a_witness_has_every_epoch_and_place(ledger: Ledger):
    witness = opened(ledger.witness())
    rows = ledger.collector.rows("SELECT epoch, seq, head, state FROM epochs")
    assert {(h.epoch, h.seq, h.head, h.state) for h in witness.epochs} == set(rows)
    assert {place.kiosk for place in witness.placements} == {f"dukcapil-0{n}" for n in (1, 2, 3)}
    n, head = ledger.collector.rows("SELECT n, head FROM journal ORDER BY n DESC")[0]
    assert (witness.journal.n, witness.journal.head) == (n, head)
    assert witness.time == ledger.collector.clock.ms


def test_witnesses_form_a_chain_in_the_ledger(ledger: Ledger):
    first, second = ledger.witness(), ledger.witness()
    assert (opened(first).n, opened(first).prev) == (1, None)
    assert (opened(second).n, opened(second).prev) == (2, sha256(first).hexdigest())
    assert [kept.file for kept in witnesses.in_order(ledger.db)] == [first, second]


def test_a_second_witness_says_the_same_whether_it_began_anew_or_went_on(ledger: Ledger):
    ledger.witness()
    ledger.tell(ledger.kiosks[1], 15)
    went_on = opened(ledger.witness())
    spoil(ledger, "DELETE FROM witnesses")
    assert opened(ledger.witness()).epochs == went_on.epochs


def test_a_witness_is_never_changed_in_the_ledger(ledger: Ledger):
    ledger.witness()
    for statement in ("UPDATE witnesses SET n = 2", "DELETE FROM witnesses"):
        with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
            ledger.db.conn.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE votes SET face = 'smile' WHERE e = 1",
        "DELETE FROM votes WHERE e = 1 AND seq = 3",
        "UPDATE epochs SET seq = seq + 1 WHERE e = 1",
        "UPDATE checkpoints SET signature = ZEROBLOB(64) WHERE e = 1",
        "DELETE FROM checkpoints WHERE e = 1",
    ],
)
def test_what_does_not_hold_is_not_witnessed(ledger: Ledger, statement: str):
    spoil(ledger, statement)
    with pytest.raises(NotWitnessed, match="audit verify"):
        ledger.witness()


def test_a_tail_that_was_cut_since_is_not_witnessed(ledger: Ledger):
    ledger.witness()
    cut_back(ledger)
    with pytest.raises(NotWitnessed, match="dukcapil-02"):
        ledger.witness()


def test_two_witnesses_at_once_do_not_get_one_number(ledger: Ledger):
    with read_snapshot(ledger.path) as db:
        late = witnessing.take(db, COLLECTOR_KEY, 1, lambda stage, done: None)
    ledger.witness()
    with pytest.raises(NotWitnessed, match="call again"):
        witnessing.keep(ledger.db, *late)
    assert len(list(witnesses.in_order(ledger.db))) == 1


# ---------------------------------------------------------------- where it is brought


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "stick" / delivery.file_name(12, 1_763_860_500_000)
    assert path.name == "witness-000012-20251123T011500Z.txt"
    delivery.write(path, b"all of it")
    assert path.read_bytes() == b"all of it"
    (tmp_path / "wall").write_text("no folder")
    with pytest.raises(OSError, match="wall"):
        delivery.write(tmp_path / "wall" / "file", b"")
    assert [file.name for file in path.parent.iterdir()] == [path.name]
