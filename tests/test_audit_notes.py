"""What an audit notes without blame, and how it says that it gets on, compared whole."""

import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from collector.integrity import epoch_audit
from collector.integrity.audit import Report, Wishes, verify
from collector.integrity.told import Stage
from collector.ledger import registry
from collector.ledger.store import read_snapshot
from tests.auditing import Ledger
from tests.fleet import COLLECTOR_KEY, START_MS, ZONE, TestKiosk
from tests.test_audit_verify import recount, spoil

WITNESS = "witness 1 of 2025-11-23 13:22 UTC"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path)) as made:
        yield made


def notes(report: Report, kind: str) -> list[tuple[str, str]]:
    return [(note.kiosk, note.text) for note in report.notes if note.kind == kind]


def test_votes_of_no_known_time_are_summed_by_kiosk(ledger: Ledger):
    """Epochs 1 and 4 are both of dukcapil-01, and two votes of epoch 4 are of quality C."""
    spoil(
        ledger,
        "UPDATE votes SET quality = 'C' WHERE e = 1 AND seq < 4",
        "UPDATE votes SET quality = 'D' WHERE (e, seq) = (3, 2)",
    )
    text = "votes whose time is not known to the quarter: "
    assert notes(ledger.verify(), "vague") == [
        ("dukcapil-01", f"{text}5 of quality C"),
        ("dukcapil-03", f"{text}1 of quality D"),
    ]


def test_silence_is_told_in_the_zone_of_the_deployment(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as machine:
        machine.setenv("TZ", "Asia/Jakarta")
        time.tzset()
        found = notes(ledger.verify(), "silence")
    time.tzset()
    text = "no vote for 29 days, from 2025-11-23 15:45 to 2025-12-23 09:15"
    assert found[0] == ("dukcapil-02", text)


def test_a_witness_that_the_ledger_does_not_keep_is_named(ledger: Ledger):
    witness = ledger.witness()
    spoil(ledger, "DELETE FROM witnesses")
    text = "file-1 is not kept in this ledger: is it a restored copy?"
    assert notes(ledger.verify(witness), "unknown-witness") == [("", text)]


# ---------------------------------------------------------------- what changed since a witness


def test_a_new_key_that_waits_needs_nobody_in_the_journal(ledger: Ledger):
    ledger.witness()
    kiosk = TestKiosk("dukcapil-03", ledger.collector.clock, seed=31)
    kiosk.press("smile")
    ledger.collector.take(kiosk.hello(), kiosk.votes())
    found = ledger.verify()
    assert found.clean
    text = f"epoch {kiosk.epoch[:12]} is new since {WITNESS}, and held"
    assert notes(found, "new-epoch") == [("dukcapil-03", text)]


def test_a_new_key_that_is_trusted_needs_somebody_in_the_journal(ledger: Ledger):
    ledger.witness()
    kiosk = TestKiosk("dukcapil-03", ledger.collector.clock, seed=31)
    ledger.collector.add(kiosk)
    [found] = [each for each in ledger.verify().failures if each.epoch]
    assert (found.kind, found.kiosk, found.epoch) == ("unjournaled", "dukcapil-03", kiosk.epoch)
    assert found.found == f"it is new since {WITNESS}, and approved"


def test_a_key_that_was_revoked_by_somebody_is_noted_with_its_kiosk(ledger: Ledger):
    ledger.witness()
    registry.revoke(ledger.db, ledger.kiosks[1].epoch)
    ledger.note("key-revoked", epoch=ledger.kiosks[1].epoch)
    changed = f"was approved in {WITNESS} and is revoked; the journal says by whom"
    text = f"epoch {ledger.kiosks[1].epoch[:12]} {changed}"
    assert notes(ledger.verify(), "new-epoch") == [("dukcapil-02", text)]


def move(ledger: Ledger, **named: object) -> None:
    spoil(ledger, "UPDATE placements SET counter = 'loket-2' WHERE kiosk = 'dukcapil-02'")
    ledger.note("kiosk-moved", **named)
    recount(ledger)


def test_a_kiosk_that_was_moved_by_somebody_is_noted(ledger: Ledger):
    ledger.witness()
    move(ledger, kiosks=["dukcapil-01", "dukcapil-02"])
    found = ledger.verify()
    assert found.clean, found.failures
    text = f"it stands, or stood, elsewhere than in {WITNESS}; the journal says by whom"
    assert notes(found, "moved") == [("dukcapil-02", text)]


def test_counters_that_went_to_others_are_noted(ledger: Ledger):
    ledger.witness()
    spoil(
        ledger,
        "INSERT INTO agencies SELECT 'dinkes', name, short, service, source, 1, NULL, NULL, NULL"
        " FROM agencies",
        "UPDATE units SET agency = 'dinkes'",
    )
    ledger.note("places-imported", agencies=2)
    text = f"counters were added, or belong to others, since {WITNESS}; the journal says by whom"
    assert notes(ledger.verify(), "places") == [("", text)]


@pytest.mark.parametrize(("later_ms", "brings"), [(0, False), (1000, True)])
def test_a_change_before_the_latest_witness_is_no_news(ledger: Ledger, later_ms: int, brings: bool):
    """Also if both were taken in one millisecond, or somebody brings the older one."""
    first = ledger.witness()
    move(ledger, kiosk="dukcapil-02")
    ledger.collector.clock.ms += later_ms
    ledger.witness()
    assert notes(ledger.verify(*[first] * brings), "moved") == []


# ---------------------------------------------------------------- how it gets on


def test_whoever_waits_hears_of_each_batch_and_of_the_counts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(epoch_audit, "EVERY", 1)
    heard: list[tuple[Stage, int]] = []
    wishes = Wishes(COLLECTOR_KEY.public, ZONE, START_MS // 1000)
    with closing(read_snapshot(ledger.path)) as db:
        verify(db, wishes, lambda stage, done: heard.append((stage, done)))
    batches = [("votes", n) for n in sizes(ledger)]
    assert [each for each in heard[:-2] if each != ("votes", 0)] == batches
    assert heard[-2:] == [("counts", 0), ("counts", 1)]


def sizes(ledger: Ledger) -> Iterator[int]:
    """Of each epoch's batches, in the order of an audit."""
    for [e] in ledger.collector.rows("SELECT e FROM epochs ORDER BY kiosk, e"):
        kept = ledger.collector.rows(f"SELECT seq FROM checkpoints WHERE e = {e} ORDER BY seq")
        yield from (end - begin for begin, end in pairwise([0, *(seq for [seq] in kept)]))
