"""What an auditor should know and what is no failure: gaps, forks, what waits, silence."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from sqlite_utils import Database

from collector.integrity.finding import Note
from collector.integrity.silence import LONG_S, Stretch
from collector.ledger import evidence, fleet
from collector.ledger.epochs import Epoch
from collector.ledger.fleet import Machine

DAY_S: Final = 86_400


def of_fleet(db: Database) -> Iterator[Note]:
    for machine in fleet.machines(db):
        for kind, text in _of_machine(machine):
            yield Note(kind, machine.kiosk, text)


def _of_machine(machine: Machine) -> Iterator[tuple[str, str]]:
    if machine.missing:
        yield "gap", f"the kiosk has {machine.missing} votes that are not here yet"
    if machine.lost_before is not None:
        yield (
            "gap",
            f"votes before {machine.lost_before} are not here, and the kiosk has them no more",
        )
    if machine.held:
        yield "held", f"{machine.held} batches wait for an admin's word"
    if machine.quarantined or machine.overflow:
        refused = f"{machine.quarantined} messages are in quarantine"
        yield "quarantine", f"{refused}, {machine.overflow} more were only counted"


def of_epochs(db: Database, epochs: Sequence[Epoch]) -> Iterator[Note]:
    for epoch in epochs:
        if epoch.state == "held":
            text = f"epoch {epoch.epoch[:12]} waits to be approved or revoked"
            yield Note("held-epoch", epoch.kiosk, text)
    for kiosk, name, seq in evidence.forks(db):
        text = f"epoch {name[:12]} forked at vote {seq}: two cards had one key"
        yield Note("fork", kiosk, text)


def of_vague(vague: Mapping[str, Mapping[str, int]]) -> Iterator[Note]:
    """Kiosk → quality → votes."""
    for kiosk, votes in sorted(vague.items()):
        told = " and ".join(f"{n} of quality {quality}" for quality, n in sorted(votes.items()))
        if told:
            yield Note("vague", kiosk, f"votes whose time is not known to the quarter: {told}")


def of_silence(longest: Mapping[str, Stretch], zone: tzinfo) -> Iterator[Note]:
    """The longest first; those that a long weekend explains are left out."""
    for kiosk, stretch in sorted(longest.items(), key=lambda item: -item[1].seconds):
        if stretch.seconds > LONG_S:
            begin, end = (_local(at, zone) for at in stretch)
            text = f"no vote for {stretch.seconds // DAY_S} days, from {begin} to {end}"
            yield Note("silence", kiosk, text)


def _local(at: int, zone: tzinfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"
