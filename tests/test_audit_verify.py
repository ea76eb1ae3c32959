"""`audit verify` says what is wrong with a ledger, where, and what that means; and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.integrity import report
from collector.integrity.finding import MEANINGS
from collector.integrity.witness import WitnessError, unseal
from collector.ledger import counts, registry
from kiosk.keys import SigningKey
from tests.auditing import Ledger, kinds
from tests.fleet import COLLECTOR_KEY, START_MS, TestKiosk, signing_key


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path)) as made:
        yield made


def spoil(ledger: Ledger, *statements: str) -> None:
    """Change the file as somebody would who knows SQL and drops what is in the way."""
    db = ledger.db.conn
    db.execute("PRAGMA foreign_keys=OFF")
    guards = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:
        db.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.execute(statement)
    for _, sql in guards:
        db.execute(sql)
    db.commit()


def recount(ledger: Ledger) -> None:
    counts.rebuild(ledger.db, ledger.collector.day)


def test_a_ledger_as_ingest_left_it_is_clean(ledger: Ledger):
    found = ledger.verify()
    assert found.clean, found.failures
    assert found.votes == ledger.collector.value("SELECT COUNT(*) FROM votes")
    assert (found.epochs, found.signatures) == (5, 4), "the epoch that is held has no votes"


def test_every_signature_is_verified_if_asked_for(ledger: Ledger):
    found = ledger.verify(every_signature=True)
    assert found.clean
    assert found.signatures == ledger.collector.value("SELECT COUNT(*) FROM checkpoints")


def test_verifying_changes_nothing(ledger: Ledger):
    witness = ledger.witness()
    before = list(ledger.db.conn.iterdump())
    ledger.verify(witness)
    assert list(ledger.db.conn.iterdump()) == before


def test_a_clean_ledger_stays_clean_while_it_grows_and_admins_work(ledger: Ledger):
    first = ledger.witness()
    ledger.collector.clock.ms += 86_400_000
    ledger.tell(ledger.kiosks[1], 20)
    registry.move_kiosk(
        ledger.db, "dukcapil-02", "loket-2", ledger.collector.clock.ms // 1000, ledger.collector.day
    )
    ledger.note("kiosk-moved", kiosk="dukcapil-02", counter="loket-2")
    second = ledger.witness()
    ledger.tell(ledger.kiosks[1], 5)
    found = ledger.verify(first, second)
    assert found.clean, found.failures
    assert (found.witnesses, found.brought) == (2, 2)


def test_erased_times_leave_the_chain_whole(ledger: Ledger):
    witness = ledger.witness()
    spoil(ledger, "DELETE FROM fine")
    assert ledger.verify(witness).clean


# ---------------------------------------------------------------- what is found


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE votes SET face = 'smile' WHERE e = 1 AND face = 'frown'", "chain"),
        ("DELETE FROM votes WHERE e = 1 AND seq BETWEEN 5 AND 7", "hole"),
        ("UPDATE votes SET seq = -1 WHERE e = 1 AND seq = 3", "hole"),
        ("UPDATE fine SET wall_ms = wall_ms - 60000 WHERE e = 2 AND seq = 4", "fine-time"),
        ("UPDATE votes SET received_ms = 5 WHERE e = 2 AND seq = 4", "arrival"),
        ("DELETE FROM checkpoints WHERE (e, seq) = (1, (SELECT seq FROM epochs WHERE e = 1))",
         "unsigned"),
        ("UPDATE checkpoints SET signature = ZEROBLOB(64) WHERE e = 1", "signature"),
        ("UPDATE checkpoints SET kind = 'health' WHERE e = 1", "signature"),
        ("UPDATE epochs SET seq = seq - 1 WHERE e = 1", "head"),
        ("UPDATE epochs SET received_ms = 1 WHERE e = 1", "head"),
        ("UPDATE epochs SET key = REPLACE(key, '1', '2') WHERE e = 1", "key"),
        ("UPDATE epochs SET key = 'nonsense' WHERE e = 1", "key"),
        ("UPDATE votes SET lo = lo + 900 WHERE e = 1 AND seq = 3", "odd"),
        ("UPDATE votes SET counted = 1 WHERE test", "odd"),
        ("UPDATE votes SET corrects = 1 WHERE replaces IS NULL", "odd"),
        ("DELETE FROM flags WHERE flag LIKE 'correction-%'", "odd"),
        ("UPDATE votes SET counted = 1 WHERE origin_seq IS NOT NULL", "twice"),
        ("UPDATE votes SET counted = 0 WHERE e = 2 AND seq = 3", "odd"),
        ("DELETE FROM copies", "odd"),
        ("UPDATE copies SET of_seq = of_seq - 1", "odd"),
        ("INSERT INTO copies VALUES (2, 1, 3, 1)", "odd"),
        ("UPDATE receipts SET through = through - 1", "receipt"),
        ("UPDATE receipts SET e = 99 WHERE e = 1", "stray"),
        ("UPDATE receipts SET time_ms = time_ms - 1", "receipt"),
        ("DELETE FROM superseded", "counts"),
        ("DELETE FROM epochs WHERE e = 1", "stray"),
        ("INSERT INTO fine VALUES (1, 9999, X'00', 0, 1, X'00', 0)", "stray"),
        ("UPDATE counts_day SET n = n + 1", "counts"),
        ("DELETE FROM counts_quarter", "counts"),
        ("UPDATE counts_month SET n = 1", "counts"),
        ("UPDATE counts_unit_day SET n = n + 1", "counts"),
        ("DELETE FROM corrections", "counts"),
        ("UPDATE journal SET who = 'cli:nobody' WHERE n = 2", "journal"),
        ("DELETE FROM journal WHERE n = 2", "journal"),
        ("UPDATE journal SET n = 0 WHERE n = 1", "journal"),
    ],
)  # fmt: skip
def test_what_is_found(ledger: Ledger, statement: str, kind: str):
    spoil(ledger, statement)
    found = ledger.verify()
    assert kind in kinds(found), found.failures
    assert not found.clean


def test_a_finding_names_place_meaning_and_what_to_do(ledger: Ledger):
    spoil(ledger, "DELETE FROM votes WHERE e = 1 AND seq BETWEEN 5 AND 7")
    hole = next(each for each in ledger.verify().failures if each.kind == "hole")
    assert (hole.kiosk, hole.epoch, hole.seq) == ("dukcapil-01", ledger.kiosks[0].epoch, 5)
    assert hole.found == "votes 5 to 7 are not there"
    text = "\n".join(report.lines(ledger.verify()))
    assert f"FAILED hole: dukcapil-01 {hole.epoch[:12]} vote 5: votes 5 to 7 are not there" in text
    assert hole.means in text
    assert hole.do in text


def test_a_guard_that_was_taken_away_is_missed(ledger: Ledger):
    ledger.db.conn.execute("DROP TRIGGER votes_no_delete")
    [found] = ledger.verify().failures
    assert (found.kind, found.found) == (
        "guard",
        "the trigger votes_no_delete is missing or is another",
    )


def test_one_fault_does_not_hide_the_next(ledger: Ledger):
    spoil(ledger, "UPDATE votes SET face = 'other' WHERE seq IN (2, 30)")
    broken = [each for each in ledger.verify().failures if each.kind == "chain"]
    assert len(broken) >= 6, "two in each of three epochs"


def test_many_failures_are_counted_and_the_first_are_told(ledger: Ledger):
    spoil(ledger, "UPDATE fine SET wall_ms = 1")
    found = ledger.verify()
    assert found.counted["fine-time"] > 100
    assert len([each for each in found.failures if each.kind == "fine-time"]) == 100
    more = found.counted["fine-time"] - 100
    assert f"and {more} more of the same kinds" in list(report.lines(found))


# ---------------------------------------------------------------- against a witness


def cut_back(ledger: Ledger, e: int = 2) -> None:
    """To the first checkpoint, with all that came after: it is signed by the kiosk."""
    seq = ledger.collector.value("SELECT MIN(seq) FROM checkpoints WHERE e = ?", e)
    tables = ("votes", "fine", "checkpoints", "flags")
    spoil(
        ledger,
        *(f"DELETE FROM {table} WHERE e = {e} AND seq > {seq}" for table in tables),
        f"DELETE FROM receipts WHERE e = {e}",
        "UPDATE epochs SET (seq, head, received_ms) ="
        f" (SELECT seq, head, received_ms FROM checkpoints WHERE e = {e}) WHERE e = {e}",
    )
    recount(ledger)


def test_only_a_witness_knows_that_the_tail_was_cut(ledger: Ledger):
    witness = ledger.witness()
    spoil(ledger, "DELETE FROM witnesses")
    cut_back(ledger)
    assert ledger.verify().clean, "nothing that is left contradicts itself"
    found = ledger.verify(witness)
    assert kinds(found) == {"cut"}
    [cut] = found.failures
    assert cut.kiosk == "dukcapil-02"
    assert "witness 1 of 2025-" in cut.found


def test_a_witness_kept_in_the_ledger_is_enough_where_it_was_left(ledger: Ledger):
    ledger.witness()
    cut_back(ledger)
    assert kinds(ledger.verify()) == {"cut"}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE votes SET quality = 'B' WHERE quality = 'A' AND e = 1", "filed"),
        ("UPDATE votes SET hi = hi - 900, lo = lo - 900 WHERE e = 3 AND quality = 'B'", "filed"),
        ("UPDATE checkpoints SET digest = kind WHERE (e, seq) = (1, (SELECT MIN(seq)"
         " FROM checkpoints WHERE e = 1))", "filed"),
        ("UPDATE epochs SET added_at = 1 WHERE e = 1", "witnessed"),
        ("UPDATE epochs SET dated_at = 1 WHERE e = 1", "witnessed"),
        ("UPDATE epochs SET state = 'closed' WHERE e = 2", "unjournaled"),
        ("UPDATE placements SET counter = 'loket-2'", "unjournaled"),
        ("DELETE FROM epochs WHERE state = 'held'", "lost-epoch"),
        ("DELETE FROM journal WHERE n = (SELECT MAX(n) FROM journal)", "journal"),
    ],
)  # fmt: skip
def test_what_only_a_witness_finds(ledger: Ledger, statement: str, kind: str):
    witness = ledger.witness()
    spoil(ledger, statement)
    recount(ledger)
    assert kinds(ledger.verify(witness)) == {kind}
    spoil(ledger, "DELETE FROM witnesses")
    assert ledger.verify().clean


def test_a_counter_that_is_given_to_another_agency_must_be_in_the_journal(ledger: Ledger):
    witness = ledger.witness()
    spoil(
        ledger,
        "INSERT INTO agencies SELECT 'dinkes', name, short, service, source, 1, NULL, NULL, NULL"
        " FROM agencies",
        "UPDATE units SET agency = 'dinkes'",
    )
    assert kinds(ledger.verify(witness)) == {"unjournaled"}
    ledger.note("places-imported", agencies=2)
    found = ledger.verify(witness)
    assert found.clean
    assert "places" in {note.kind for note in found.notes}


@pytest.mark.parametrize("what", ["kiosk-config", "kiosk-command", "key-approved"])
def test_only_an_entry_of_the_right_kind_tells_of_a_move(ledger: Ledger, what: str):
    witness = ledger.witness()
    spoil(ledger, "UPDATE placements SET counter = 'loket-2' WHERE kiosk = 'dukcapil-02'")
    ledger.note(what, kiosk="dukcapil-02")
    recount(ledger)
    assert kinds(ledger.verify(witness)) == {"unjournaled"}


def test_a_new_kiosk_must_be_in_the_journal_with_its_key(ledger: Ledger):
    witness = ledger.witness()
    kiosk = TestKiosk("dukcapil-04", ledger.collector.clock, seed=4)
    ledger.collector.add(kiosk)
    assert kinds(ledger.verify(witness)) == {"unjournaled"}
    ledger.note("kiosk-added", kiosk="dukcapil-04", key=kiosk.key.public.upper())
    assert ledger.verify(witness).clean


def test_a_change_that_the_journal_tells_is_a_note(ledger: Ledger):
    witness = ledger.witness()
    ledger.collector.clock.ms += 1000
    registry.revoke(ledger.db, ledger.kiosks[1].epoch)
    ledger.note("key-revoked", epoch=ledger.kiosks[1].epoch)
    found = ledger.verify(witness)
    assert found.clean, found.failures
    assert any(
        note.kind == "new-epoch" and "was approved" in note.text and "is revoked" in note.text
        for note in found.notes
    )


def test_a_restored_ledger_is_clean_again_once_the_kiosks_have_sent(ledger: Ledger):
    """What the kiosks send again comes at another time, in other batches: only heads can agree."""
    kiosk = ledger.kiosks[2]
    backup = ledger.seq(kiosk)
    ledger.tell(kiosk, 30)
    witness = ledger.witness()
    spoil(ledger, "DELETE FROM witnesses")
    back_to(ledger, backup)
    ledger.collector.clock.ms += 3_600_000
    ledger.note("restored", backup="yesterday")
    assert kinds(ledger.verify(witness)) == {"cut"}, "the kiosks have not sent yet"
    for last in (backup + 7, None):
        ledger.collector.take(kiosk.hello(), kiosk.votes(ledger.seq(kiosk), last))
    found = ledger.verify(witness)
    assert found.clean, found.failures
    assert any(note.kind == "unknown-witness" for note in found.notes)


def back_to(ledger: Ledger, seq: int) -> None:
    head = ledger.kiosks[2].heads[seq]
    e = ledger.collector.value("SELECT e FROM epochs WHERE epoch = ?", ledger.kiosks[2].epoch)
    tables = ("votes", "fine", "checkpoints", "flags")
    spoil(
        ledger,
        *(f"DELETE FROM {table} WHERE e = {e} AND seq > {seq}" for table in tables),
        f"DELETE FROM receipts WHERE e = {e}",
        f"UPDATE epochs SET (seq, head, received_ms) = ({seq}, '{head}', (SELECT received_ms FROM"
        f" checkpoints WHERE (e, seq) = ({e}, {seq}))) WHERE e = {e}",
    )
    recount(ledger)


def test_a_witness_that_is_none_is_a_failure(ledger: Ledger):
    witness = ledger.witness()
    assert kinds(ledger.verify(b"hello")) == {"witness"}
    assert kinds(ledger.verify(witness.replace(b'"n":1,', b'"n":2,'))) == {"witness"}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM witnesses WHERE n = 1",
        "UPDATE witnesses SET file = (SELECT file FROM witnesses WHERE n = 1) WHERE n = 2",
        "UPDATE witnesses SET at_ms = 0 WHERE n = 2",
        "UPDATE witnesses SET digest = 'x' WHERE n = 1",
        "UPDATE witnesses SET file = X'00' WHERE n = 1",
    ],
)
def test_witnesses_in_the_ledger_follow_each_other(ledger: Ledger, statement: str):
    ledger.witness()
    ledger.witness()
    spoil(ledger, statement)
    assert kinds(ledger.verify()) == {"witness"}


# ---------------------------------------------------------------- what is listed


def test_what_an_auditor_should_know_is_listed(ledger: Ledger):
    kiosk = ledger.kiosks[1]
    for _ in range(3):
        kiosk.press("smile")
    ledger.collector.take(kiosk.health())
    clone = kiosk.clone(5)
    clone.press("frown")
    ledger.collector.take(clone.votes(5), ("senyum/1/dukcapil-03/votes", b"nonsense"))
    notes = {note.kind: note.text for note in ledger.verify().notes}
    assert notes["gap"] == "the kiosk has 3 votes that are not here yet"
    assert notes["held"] == "2 batches wait for an admin's word"
    assert notes["held-epoch"].endswith("waits to be approved or revoked")
    assert notes["quarantine"] == "1 messages are in quarantine, 0 more were only counted"
    assert notes["fork"].endswith("forked at vote 6: two cards had one key")
    assert "of quality" in notes["vague"]
    assert notes["silence"].startswith("no vote for 29 days, from 2025-11-23")


def test_a_witness_is_only_of_this_collector(ledger: Ledger):
    witness = ledger.witness()
    stranger: SigningKey = signing_key(99)
    with pytest.raises(WitnessError, match="is signed by key"):
        unseal(witness, stranger.public, "the file")
    assert unseal(witness, COLLECTOR_KEY.public, "the file").witness.time >= START_MS


def test_every_failure_that_is_explained_can_happen():
    """Of each kind in finding.py some test here, or of what was decided, makes one."""
    here = Path(__file__)
    files = (here, here.with_name("test_audit_decisions.py"))
    told = "".join(file.read_text(encoding="utf-8") for file in files)
    assert [kind for kind in MEANINGS if f'"{kind}"' not in told] == []


@pytest.mark.parametrize("vouched", ["NULL", "'ab'", f"'{'ab' * 64}'", "'no hex'"])
def test_a_key_that_only_claims_to_follow_another_is_found(ledger: Ledger, vouched: str):
    spoil(
        ledger,
        "UPDATE epochs SET follows = (SELECT epoch FROM epochs WHERE e = 1),"
        f" vouched = {vouched} WHERE e = 2",
    )
    assert "follows" in {failure.kind for failure in ledger.verify().failures}


def test_a_key_that_an_earlier_one_vouched_for_is_clean(ledger: Ledger):
    kiosk = TestKiosk("dukcapil-09", ledger.collector.clock, seed=90)
    ledger.collector.add(kiosk)
    ledger.collector.take(kiosk.hello(), kiosk.successor(91).hello())
    assert ledger.collector.value("SELECT COUNT(*) FROM epochs WHERE follows IS NOT NULL") == 1
    assert ledger.verify().clean
