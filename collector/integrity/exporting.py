"""All that a third party needs to verify the votes without our code; export.md tells how."""

import shutil
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlite_utils import Database

from collector.errors import CollectorError
from collector.integrity.delivery import file_name
from collector.integrity.epoch_audit import EVERY
from collector.integrity.filing import quarter_of
from collector.integrity.told import Told
from collector.ledger import evidence, placements, witnesses
from collector.ledger.epochs import Epoch
from collector.ledger.evidence import Checkpoint, Row

README: Final = Path(__file__).with_name("export.md")


class ExportError(CollectorError, OSError):
    """Nothing was exported."""


def write(db: Database, folder: Path, key: str, told: Told) -> int:
    """Export the snapshot `db` into the new `folder`; how many votes. `key`: the collector's."""
    if folder.exists():
        raise ExportError(f"{folder} is there already: name a new folder")
    aside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        (aside / "votes").mkdir(parents=True)
        (aside / "witnesses").mkdir()
        votes = _fill(db, aside, key, told)
        _write_sums(aside)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return votes


def _fill(db: Database, folder: Path, key: str, told: Told) -> int:
    epochs = evidence.epochs(db)
    shutil.copyfile(README, folder / "README.md")
    (folder / "collector.json").write_bytes(msgspec.json.encode({"v": 1, "key": key}) + b"\n")
    _write_lines(folder / "epochs.jsonl", map(_epoch, epochs))
    _write_lines(folder / "checkpoints.jsonl", _checkpoints(db, epochs))
    _write_lines(folder / "placements.jsonl", _placements(db))
    for kept in witnesses.in_order(db):
        (folder / "witnesses" / file_name(kept.n, kept.at_ms)).write_bytes(kept.file)
    return sum(_write_votes(db, folder / "votes", epoch, told) for epoch in epochs)


def _write_votes(db: Database, folder: Path, epoch: Epoch, told: Told) -> int:
    n = 0
    with (folder / f"{epoch.epoch}.jsonl").open("wb") as file:
        for n, row in enumerate(evidence.rows(db, epoch.e), 1):
            file.write(msgspec.json.encode(_vote(row)) + b"\n")
            if n % EVERY == 0:
                told("votes", EVERY)
    told("votes", n % EVERY)
    return n


def _vote(row: Row) -> dict[str, Any]:
    """What is in the leaf, and what was filed; no exact time, and of its arrival the quarter."""
    seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time = row[:10]
    quality, lo, hi, corrects, counted, received_ms = row[10:16]
    return {
        "seq": seq,
        "face": face,
        "question": question,
        "replaces": replaces,
        "origin": {"epoch": origin_epoch, "seq": origin_seq} if origin_epoch else None,
        "test": bool(test),
        "quarter": quarter,
        "salt": salt.hex(),
        "time": time.hex(),
        "quality": quality,
        "lo": lo,
        "hi": hi,
        "corrects": corrects,
        "counted": bool(counted),
        "received": quarter_of(received_ms),
    }


def _epoch(epoch: Epoch) -> dict[str, Any]:
    return {
        "kiosk": epoch.kiosk,
        "epoch": epoch.epoch,
        "key": epoch.key,
        "state": epoch.state,
        "added_at": epoch.added_at,
        "seq": epoch.seq,
        "head": epoch.head,
    }


def _checkpoints(db: Database, epochs: Iterable[Epoch]) -> Iterator[dict[str, Any]]:
    for epoch in epochs:
        for checkpoint in evidence.checkpoints(db, epoch.e):
            yield {"kiosk": epoch.kiosk, "epoch": epoch.epoch, **_checkpoint(checkpoint)}


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "seq": checkpoint.seq,
        "head": checkpoint.head,
        "kind": checkpoint.kind,
        "digest": checkpoint.digest,
        "signature": checkpoint.signature.hex(),
        "received": quarter_of(checkpoint.received_ms),
    }


def _placements(db: Database) -> Iterator[dict[str, Any]]:
    for kiosk, from_at, to_at, counter in placements.everywhere(db):
        yield {"kiosk": kiosk, "from_at": from_at, "to_at": to_at, "counter": counter}


def _write_lines(path: Path, objects: Iterable[dict[str, Any]]) -> None:
    with path.open("wb") as file:
        file.writelines(msgspec.json.encode(each) + b"\n" for each in objects)


def _write_sums(folder: Path) -> None:
    """As `sha256sum` writes them, so that `sha256sum --check` finds a copy that went wrong."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    lines = (f"{_sum(file)}  {file.relative_to(folder).as_posix()}\n" for file in files)
    text = "".join(lines)
    (folder / "SHA256SUMS").write_text(text, encoding="utf-8")


def _sum(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as data:
        while part := data.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
