"""The witnesses: each must be ours and follow the one before; what they claim is gathered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlite_utils import Database

from collector.integrity import witness as files
from collector.integrity.finding import Findings
from collector.integrity.witness import Opened, Witness, WitnessError
from collector.ledger import claims, witnesses
from collector.ledger.claims import Claim
from collector.ledger.witnesses import Kept


class File(NamedTuple):
    """A witness that somebody brings."""

    name: str
    data: bytes


class JournalClaim(NamedTuple):
    """After entry `n` the journal's head was `head`."""

    n: int
    head: str
    at_ms: int
    source: str


class Witnessed(NamedTuple):
    """`latest`: of all that hold, also those that were brought."""

    latest: Witness | None
    journals: Sequence[JournalClaim]
    kept: int
    brought: int
    strangers: Sequence[str]  # brought, and not kept in this ledger


def audit(db: Database, brought: Sequence[File], key: str, findings: Findings) -> Witnessed:
    """Fill the table of claims, and say what else is known. `key`: the collector's, public."""
    claims.prepare(db)
    kept = _Kept(key, findings)
    journals: list[JournalClaim] = []
    latest: Witness | None = None
    for source, witness in _both(kept.read(witnesses.in_order(db)), _open(brought, key, findings)):
        claims.add(db, _claims(witness, source))
        journals.append(JournalClaim(*_of_journal(witness), source))
        latest = witness if latest is None or witness.time >= latest.time else latest
    strangers = [file.name for file in brought if sha256(file.data).hexdigest() not in kept.digests]
    return Witnessed(latest, journals, len(kept.digests), len(brought), strangers)


_Sourced = tuple[str, Witness]  # who says so, and what


def _both(one: Iterable[_Sourced], other: Iterable[_Sourced]) -> Iterator[_Sourced]:
    yield from one
    yield from other


class _Kept:
    """The ledger's own, in order."""

    def __init__(self, key: str, findings: Findings) -> None:
        self._key = key
        self._findings = findings
        self._before: Kept | None = None
        self.digests: set[str] = set()

    def read(self, kept: Iterable[Kept]) -> Iterator[_Sourced]:
        for each in kept:
            opened = self._opened(each)
            self.digests.add(each.digest)
            if opened is not None:
                yield source(opened.witness), opened.witness
            self._before = each

    def _opened(self, each: Kept) -> Opened | None:
        where = f"witness {each.n}"
        try:
            opened = files.unseal(each.file, self._key, where)
        except WitnessError as error:
            self._findings.add("witness", str(error))
            return None
        if self._row_of(each) != _row_in(opened):
            self._findings.add("witness", f"{where}: its row, or the one before, is not its own")
        return opened

    def _row_of(self, each: Kept) -> tuple[int, int, str, int, str | None]:
        """What its file must say, by its row and the row before."""
        n, before = (self._before.n, self._before.digest) if self._before else (0, None)
        return n + 1, each.n, each.digest, each.at_ms, before


def _row_in(opened: Opened) -> tuple[int, int, str, int, str | None]:
    witness, digest = opened
    return witness.n, witness.n, digest, witness.time, witness.prev


def _open(brought: Sequence[File], key: str, findings: Findings) -> Iterator[_Sourced]:
    for file in brought:
        try:
            witness = files.unseal(file.data, key, file.name).witness
        except WitnessError as error:
            findings.add("witness", str(error))
        else:
            yield f"{source(witness)}, {file.name},", witness


def source(witness: Witness) -> str:
    at = datetime.fromtimestamp(witness.time / 1000, UTC)
    return f"witness {witness.n} of {at:%Y-%m-%d %H:%M} UTC"


def _claims(witness: Witness, source: str) -> Iterator[Claim]:
    for head in witness.epochs:
        yield Claim(head.epoch, head.seq, head.head, head.filed, witness.time, source)


def _of_journal(witness: Witness) -> tuple[int, str, int]:
    return witness.journal.n, witness.journal.head, witness.time
