"""What an audit found, as text for people and as plain data for programs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from collector.integrity.audit import Report
from collector.integrity.finding import Finding, Note

NOTES: Final = 20  # of one kind that are told


def lines(report: Report) -> Iterator[str]:
    yield summary(report)
    yield from _notes(report.notes)
    for failure in report.failures:
        yield from _failure(failure)
    told = len(report.failures)
    failed = sum(report.counted.values())
    if failed > told:
        yield f"and {failed - told} more of the same kinds"
    yield (
        "clean: nothing contradicts what is kept"
        if report.clean
        else f"NOT CLEAN: {failed} failures"
    )


def summary(report: Report) -> str:
    """One line: what was looked at."""
    return (
        f"{report.votes:,} votes of {report.epochs} epochs recomputed,"
        f" {report.signatures:,} signatures, {report.entries:,} journal entries,"
        f" {report.witnesses} witnesses kept here and {report.brought} brought"
    )


def verdict(report: Report) -> str:
    """One line for whoever asks how the last audit ended."""
    if report.clean:
        return f"clean: {summary(report)}"
    kinds = ", ".join(f"{n} × {kind}" for kind, n in sorted(report.counted.items()))
    return f"not clean: {kinds}; 'senyum-collector audit verify' says more"


def plain(report: Report) -> dict[str, Any]:
    return {
        "clean": report.clean,
        "votes": report.votes,
        "epochs": report.epochs,
        "signatures": report.signatures,
        "journal": report.entries,
        "witnesses": report.witnesses,
        "brought": report.brought,
        "failed": dict(report.counted),
        "failures": [
            {**failure._asdict(), "means": failure.means, "do": failure.do}
            for failure in report.failures
        ],
        "notes": [note._asdict() for note in report.notes],
    }


def _notes(notes: Sequence[Note]) -> Iterator[str]:
    """Of many of one kind the first: 300 kiosks must not hide what matters."""
    told: Counter[str] = Counter()
    for note in notes:
        told[note.kind] += 1
        if told[note.kind] <= NOTES:
            yield f"note: {_of(note)}"
    for kind, n in told.items():
        if n > NOTES:
            yield f"note: {n - NOTES} more of kind {kind}; --json tells all"


def _of(note: Note) -> str:
    return f"{note.kiosk}: {note.text}" if note.kiosk else note.text


def _failure(failure: Finding) -> Iterator[str]:
    where = " ".join(filter(None, [failure.kiosk, failure.epoch[:12], _vote(failure)]))
    yield f"FAILED {failure.kind}{': ' if where else ''}{where}: {failure.found}"
    yield f"  it means: {failure.means}"
    yield f"  do: {failure.do}"


def _vote(failure: Finding) -> str:
    if failure.seq is None:
        return ""
    return f"{'entry' if failure.kind == 'journal' else 'vote'} {failure.seq}"
