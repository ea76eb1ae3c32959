"""Ingest against whatever the wire allows: every number at its limits, every clock mad.

A message that is valid is stored and answered, and nothing of it is an error of ours ("internal").
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings

from collector.ledger.counts import Differences, rebuild
from kiosk import wire
from tests import mutations
from tests.effort import examples
from tests.fleet import START_MS, TestCollector, TestKiosk
from tests.memory import MEMORY
from tests.mutations import Sealed

YEAR_MS = 365 * 86_400_000
whole = st.integers(0, wire.MAX_INT) | st.sampled_from(
    [0, 1, wire.MAX_INT, START_MS - 1, START_MS, START_MS + YEAR_MS, START_MS - YEAR_MS]
)
quarters = st.none() | whole.map(lambda n: n // wire.QUARTER_SECONDS * wire.QUARTER_SECONDS)
slugs = st.sampled_from(["smile", "frown", "neutral", "pelayanan", "x" * wire.MAX_SLUG, "0"])
boots = st.sampled_from(["00" * 16, "ff" * 16])
clocks = st.sampled_from(["synced", "unsynced"])
moments = st.builds(wire.Moment, boot=boots, up=whole, wall=whole, clock=clocks)
fines = st.builds(
    wire.Fine, tsalt=st.just("01" * 16), wall=whole, clock=clocks, boot=boots, up=whole
)
seqs = st.integers(1, wire.MAX_INT) | st.integers(1, 9)
votes = st.builds(
    wire.Vote,
    seq=st.just(1),
    face=slugs,
    question=slugs,
    replaces=st.none() | seqs,
    origin=st.none()
    | st.builds(wire.Origin, epoch=st.sampled_from(["0c" * 32, "ab" * 32]), seq=seqs),
    test=st.booleans(),
    quarter=quarters,
    salt=st.just("02" * 16),
    time=st.just("03" * 32),
    fine=st.none() | fines,
)


class Saying(NamedTuple):
    """What the kiosk's clocks say in each message, and its birth number."""

    hello: wire.Moment
    first: wire.Moment
    second: wire.Moment
    health: wire.Moment
    birth: int


sayings = st.builds(Saying, moments, moments, moments, moments, whole)


@contextmanager
def collector() -> Iterator[TestCollector]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        ours = TestCollector(Path(folder))
        yield ours
        ours.db.close()


def append(kiosk: TestKiosk, vote: wire.Vote) -> None:
    """With its place in the chain, and a commitment that is true."""
    time = vote.time if vote.fine is None else wire.time_commitment(vote.fine)
    kiosk.append(msgspec.structs.replace(vote, seq=len(kiosk.chain) + 1, time=time))


def sent_at(kiosk: TestKiosk, sealed: Sealed, moment: wire.Moment) -> Sealed:
    message = wire.unseal(*sealed).message
    return kiosk.seal(msgspec.structs.replace(message, sent=moment))


@settings(max_examples=examples(60), deadline=None)
@given(chain=st.lists(votes, min_size=1, max_size=8), cut=st.integers(0, 7), said=sayings)
def test_whatever_is_valid_is_stored(chain: list[wire.Vote], cut: int, said: Saying) -> None:
    with collector() as ours:
        kiosk = ours.kiosk()
        for vote in chain:
            append(kiosk, vote)
        cut = min(cut, len(chain) - 1)
        messages = [sent_at(kiosk, kiosk.hello(), said.hello), kiosk.status("online", said.birth)]
        messages += [sent_at(kiosk, kiosk.votes(0, cut), said.first)] if cut else []
        messages += [sent_at(kiosk, kiosk.votes(cut), said.second)]
        receipts = ours.take(*messages, sent_at(kiosk, kiosk.health(), said.health))
        assert [(each.status, each.through) for each in receipts] == [("ok", len(chain))]
        assert ours.refusals() == []
        assert [face for _, face in ours.stored(kiosk)] == [vote.face for vote in chain]
        assert rebuild(ours.db, ours.day) == Differences(0, 0, 0, 0)


@settings(max_examples=examples(60), deadline=None)
@given(sealed=st.lists(mutations.messages(), max_size=5), topic=st.text(max_size=40))
def test_what_is_not_valid_is_refused_for_a_reason_of_its_own(
    sealed: list[Sealed], topic: str
) -> None:
    with collector() as ours:
        ours.take(*sealed, (topic, b"\x00"))
        assert "internal" not in ours.refusals()
        assert len(ours.refusals()) == len(sealed) + 1
