"""What an audit finds is told exactly: which kiosk, epoch and vote, and in which words.

People act on these lines, so each is compared whole. The machine's own zone is none of the zones
that are told: neither UTC nor the deployment's.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.integrity.audit import Report
from collector.integrity.finding import Finding
from kiosk import wire
from tests.auditing import Ledger, kinds
from tests.test_audit_verify import cut_back, recount, spoil

KIOSKS = {1: "dukcapil-01", 2: "dukcapil-02", 3: "dukcapil-03", 4: "dukcapil-01", 5: "dukcapil-02"}
OTHER = "ab" * 32
WITNESS = "witness 1 of 2025-11-23 13:22 UTC"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "Asia/Jakarta")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path)) as made:
        yield made


def told(ledger: Ledger, report: Report) -> list[tuple[str, int | None, int | None, str]]:
    """(kind, e, seq, found) of each failure; a kiosk beside its epoch must be that epoch's."""
    numbers = dict(ledger.collector.rows("SELECT epoch, e FROM epochs"))
    return [
        (each.kind, _number(each, numbers), each.seq, each.found.replace(OTHER[:16], "OTHER"))
        for each in report.failures
    ]


def _number(finding: Finding, numbers: dict[str, int]) -> int | None:
    e = numbers.get(finding.epoch)
    assert finding.kiosk == KIOSKS.get(e or 0, ""), finding
    return e


# ---------------------------------------------------------------- what is wrong by itself


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DELETE FROM votes WHERE e = 1 AND seq = 5", ("hole", 1, 5, "vote 5 is not there")),
        ("DELETE FROM votes WHERE e = 2 AND seq IN (6, 7)",
         ("hole", 2, 6, "votes 6 to 7 are not there")),
        ("UPDATE votes SET seq = -1 WHERE e = 1 AND seq = 3",
         ("hole", 1, -1, "a vote stands at -1, before the first")),
        (f"UPDATE checkpoints SET head = '{OTHER}' WHERE e = 2 AND seq = 48",
         ("chain", 2, 48, "the votes give head 30522581613d4841…, kept is OTHER…")),
        (f"UPDATE checkpoints SET head = '{OTHER}' WHERE e = 2 AND seq = 48",
         ("receipt", 2, 48, "the receipt of 2025-11-23 07:32 UTC has head 30522581613d4841…,"
          " the votes give OTHER…")),
        (f"UPDATE checkpoints SET head = '{OTHER}' WHERE e = 2 AND seq = 48",
         ("head", 2, 48, "its row says vote 48, head 30522581613d4841…; its votes say 48, OTHER…")),
        (f"UPDATE epochs SET head = '{OTHER}' WHERE e = 2",
         ("head", 2, 48, "its row says vote 48, head OTHER…; its votes say 48, 30522581613d4841…")),
        ("UPDATE epochs SET received_ms = 1 WHERE e = 1",
         ("head", 1, 46, "its row and its last batch came at different times")),
        ("UPDATE checkpoints SET signature = ZEROBLOB(64) WHERE e = 1",
         ("signature", 1, 46, "the head kept after vote 46 is not signed by the epoch's key")),
        ("DELETE FROM checkpoints WHERE e = 1",
         ("unsigned", 1, 1, "nothing is signed after vote 0")),
        ("DELETE FROM checkpoints WHERE (e, seq) = (1, 46)",
         ("unsigned", 1, 45, "nothing is signed after vote 44")),
        (f"UPDATE epochs SET key = '{OTHER}' WHERE e = 1",
         ("key", 1, None, "its name is not the fingerprint of its key OTHER…")),
        ("UPDATE fine SET wall_ms = wall_ms - 60000 WHERE e = 2 AND seq = 4",
         ("fine-time", 2, 4, "its exact time is not the one it committed to")),
        ("UPDATE votes SET received_ms = 5 WHERE e = 2 AND seq = 4",
         ("arrival", 2, 7, "votes of one batch say they came at other times")),
        ("UPDATE votes SET corrects = 1 WHERE e = 1 AND seq = 1",
         ("odd", 1, 1, "it corrects another vote than it says it replaces")),
        ("UPDATE votes SET counted = 1 WHERE origin_seq IS NOT NULL",
         ("twice", 4, 1, "it also counts as vote 44 of epoch 286a42ec4567")),
        ("UPDATE receipts SET through = 47 WHERE e = 2",
         ("receipt", 2, 47, "the receipt for 47 votes is not one that this collector signed")),
        ("UPDATE receipts SET e = 99 WHERE e = 1",
         ("stray", None, None, "1 rows of receipts belong to epoch number 99")),
        ("INSERT INTO counts_day VALUES"
         " ('loket-1', '', '2025-11-23', 'pelayanan', 'smile', 'D', 3)",
         ("counts", None, None, "counts_day has (loket-1, '', 2025-11-23, pelayanan, smile, D, 3),"
          " which does not follow from the votes")),
        ("DELETE FROM superseded",
         ("counts", None, None, "superseded lacks (1, 8), which follows from the votes")),
        ("UPDATE journal SET who = 'cli:nobody' WHERE n = 2",
         ("journal", None, 2, "entry 2 (kiosk-added) is not the one that was noted")),
        ("DELETE FROM journal WHERE n = 2",
         ("journal", None, 3, "entry 3 stands where entry 2 belongs")),
        ("UPDATE journal SET n = 0 WHERE n = 1",
         ("journal", None, 0, "entry 0 stands where entry 1 belongs")),
    ],
)  # fmt: skip
def test_a_finding_is_told_exactly(
    ledger: Ledger, statement: str, finding: tuple[str, int | None, int | None, str]
):
    spoil(ledger, statement)
    assert finding in told(ledger, ledger.verify())


def test_a_checkpoint_before_the_first_vote_is_no_vote(ledger: Ledger):
    spoil(ledger, "UPDATE checkpoints SET seq = -1 WHERE e = 2 AND seq = 1")
    found = told(ledger, ledger.verify())
    assert [each for each in found if each[0] == "hole"] == []
    assert next(each[:3] for each in found if each[0] == "chain") == ("chain", 2, -1)


def test_a_vote_before_the_first_is_no_hole_behind_it(ledger: Ledger):
    spoil(ledger, "UPDATE votes SET seq = -1 WHERE e = 1 AND seq = 3")
    holes = [each for each in told(ledger, ledger.verify()) if each[0] == "hole"]
    assert [each[2] for each in holes] == [-1, 3], "there is no vote 0 to be missed"


def test_votes_that_a_receipt_knows_and_the_ledger_does_not(ledger: Ledger):
    kept = ledger.collector.rows("SELECT * FROM receipts WHERE e = 2")[0]
    cut_back(ledger)
    ledger.db.conn.execute(f"INSERT INTO receipts VALUES ({', '.join('?' * len(kept))})", kept)
    ledger.db.conn.commit()
    assert told(ledger, ledger.verify()) == [
        ("receipt", 2, 2, "the receipt of 2025-11-23 07:32 UTC has 48 votes, the ledger 1")
    ]


def test_an_epoch_without_a_receipt_does_not_hide_the_next(ledger: Ledger):
    spoil(ledger, "DELETE FROM receipts WHERE e = 1", "UPDATE receipts SET through = 1 WHERE e = 3")
    assert kinds(ledger.verify()) == {"receipt"}


def test_an_epoch_with_another_key_is_not_among_what_was_verified(ledger: Ledger):
    whole = ledger.verify()
    spoil(ledger, f"UPDATE epochs SET key = '{OTHER}' WHERE e = 1")
    found = ledger.verify()
    assert (found.votes, found.signatures) == (whole.votes - 46, whole.signatures - 1)


# ---------------------------------------------------------------- keys that follow others


@pytest.mark.parametrize(
    "follows", ["dukcapil-01", "dukcapil-02", "nobody", "no hex", "nothing signed", "a wrong word"]
)
def test_only_the_key_that_was_at_this_kiosk_before_can_vouch(ledger: Ledger, follows: str):
    """Epoch 4 is the second of dukcapil-01. Only the first of these is true."""
    before = ledger.kiosks[1] if follows == "dukcapil-02" else ledger.kiosks[0]
    name = OTHER if follows == "nobody" else before.epoch
    word = before.key.sign(wire.succession_text("dukcapil-01", name, ledger.new.epoch)).hex()
    vouched = {"no hex": "no hex", "nothing signed": None, "a wrong word": "ab" * 64}.get(
        follows, word
    )
    sql = "UPDATE epochs SET follows = ?, vouched = ? WHERE e = 4"
    ledger.db.conn.execute(sql, (name, vouched))
    ledger.db.conn.commit()
    found = f"no key has signed that it follows epoch {name[:12]}"
    expected = [] if follows == "dukcapil-01" else [("follows", 4, None, found)]
    assert told(ledger, ledger.verify()) == expected


# ---------------------------------------------------------------- what a witness knows


@pytest.mark.parametrize(
    ("statement", "findings"),
    [
        ("UPDATE votes SET quality = 'B' WHERE quality = 'A' AND e = 1",
         {("filed", 1, 46, f"what is noted about votes up to here is not what {WITNESS} has")}),
        ("UPDATE epochs SET added_at = 1 WHERE e = 1",
         {("witnessed", 1, None, f"its row is not as in {WITNESS}")}),
        ("UPDATE epochs SET state = 'closed' WHERE e = 2",
         {("unjournaled", 2, None, f"it was approved in {WITNESS} and is closed")}),
        ("DELETE FROM journal WHERE n = 5",
         {("journal", None, 5, f"{WITNESS} has 5 entries, the ledger 4")}),
        ("INSERT INTO agencies SELECT 'dinkes', name, short, service, source, 1, NULL, NULL, NULL"
         " FROM agencies; UPDATE units SET agency = 'dinkes'",
         {("unjournaled", None, None,
           f"counters were added, or belong to others, since {WITNESS}")}),
    ],
)  # fmt: skip
def test_what_a_witness_knows_is_told_exactly(
    ledger: Ledger, statement: str, findings: set[tuple[str, int | None, int | None, str]]
):
    ledger.witness()
    spoil(ledger, *statement.split("; "))
    recount(ledger)
    assert set(told(ledger, ledger.verify())) == findings


def test_a_head_that_is_not_the_witnessed_one(ledger: Ledger):
    ledger.witness()
    spoil(ledger, f"UPDATE checkpoints SET head = '{OTHER}' WHERE e = 2 AND seq = 48")
    found = f"{WITNESS} has head 30522581613d4841…, the votes give OTHER…"
    assert ("witnessed", 2, 48, found) in told(ledger, ledger.verify())


def test_an_epoch_that_only_a_witness_knows(ledger: Ledger):
    [epoch] = ledger.collector.rows("SELECT epoch FROM epochs WHERE state = 'held'")[0]
    ledger.witness()
    spoil(ledger, "DELETE FROM epochs WHERE state = 'held'")
    [found] = ledger.verify().failures
    assert (found.kind, found.kiosk, found.epoch, found.seq) == ("lost-epoch", "", epoch, 0)
    assert found.found == f"{WITNESS} has 0 votes of it; the ledger does not know it"


def test_a_place_that_is_not_the_witnessed_one(ledger: Ledger):
    ledger.witness()
    spoil(ledger, "UPDATE placements SET counter = 'loket-2' WHERE kiosk = 'dukcapil-02'")
    recount(ledger)
    [found] = ledger.verify().failures
    assert (found.kind, found.kiosk) == ("unjournaled", "dukcapil-02")
    assert found.found == f"it stands, or stood, elsewhere than in {WITNESS}"


def test_a_journal_that_went_another_way(ledger: Ledger):
    ledger.witness()
    spoil(ledger, "DELETE FROM journal WHERE n = 5")
    ledger.note("kiosk-added", kiosk="dukcapil-07")
    found = f"entry 5 is not the one that {WITNESS} has"
    assert told(ledger, ledger.verify()) == [("journal", None, 5, found)]


def test_a_ledger_whose_journal_is_empty_can_be_witnessed(ledger: Ledger):
    spoil(ledger, "DELETE FROM journal")
    ledger.witness()
    assert ledger.verify().clean


@pytest.mark.parametrize(
    ("sooner_ms", "found"), [(0, set()), (1, {"filed", "witnessed", "journal"})]
)
def test_a_restore_excuses_what_was_witnessed_up_to_its_millisecond(
    ledger: Ledger, sooner_ms: int, found: set[str]
):
    ledger.witness()
    spoil(
        ledger,
        "DELETE FROM journal WHERE n = 5",
        "UPDATE epochs SET added_at = 1 WHERE e = 1",
        "UPDATE votes SET quality = 'B' WHERE quality = 'A' AND e = 1",
    )
    ledger.collector.clock.ms -= sooner_ms
    ledger.note("restored", backup="yesterday")
    recount(ledger)
    assert kinds(ledger.verify()) == found


def test_a_witness_that_proves_nothing_is_named(ledger: Ledger):
    ledger.witness()
    spoil(ledger, "UPDATE witnesses SET file = X'00'")
    why = "does not begin with 'senyum/1 witness Ed25519 <signature>'"
    assert [each.found for each in ledger.verify(b"hello").failures] == [
        f"witness 1: {why}",
        f"file-1: {why}",
    ]


def test_a_witness_whose_row_was_changed_is_named(ledger: Ledger):
    ledger.witness()
    spoil(ledger, "UPDATE witnesses SET at_ms = 0")
    [found] = ledger.verify().failures
    assert found.found == "witness 1: its row, or the one before, is not its own"
