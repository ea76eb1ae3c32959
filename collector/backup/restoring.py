"""A backup takes the place of the ledger, which is set aside and never overwritten."""

import os
import shutil
import time
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from collector.backup import durable, shelf
from collector.backup.errors import BackupError
from collector.backup.proving import Proof, Stages, prove
from collector.ledger import erasing
from collector.ledger.counts import Day
from collector.ledger.deeds import By, tell
from collector.ledger.occupied import in_use
from collector.ledger.store import open_ledger

PATIENCE_S: Final = 5.0  # a page that is being read is over by then

# What belongs to one file of SQLite, the file first: beside a restored ledger the others would be
# taken for its own; where there is none, SQLite clears them away. The last is Litestream's.
_BELONGING: Final = ("{}", "{}-wal", "{}-shm", ".{}-litestream")


class Restored(NamedTuple):
    proof: Proof
    aside: Path | None  # the folder where the ledger is that was here before


def restore(
    backup: Path, ledger: Path, *, now_ms: int, who: str, day: Day, stages: Stages
) -> Restored:
    """Try `backup`, then put it where `ledger` is. Raises BackupError; then all is as before."""
    _require_alone(ledger)
    ledger.parent.mkdir(parents=True, exist_ok=True)
    scratch = ledger.parent / f"restoring-{shelf.name_at(now_ms)}"
    scratch.mkdir(mode=0o700)
    try:
        proof = prove(backup, scratch, day, stages)
        aside = _aside_folder(ledger, now_ms)
        _make_ready(proof, backup, aside, now_ms, who)
        _exchange(proof.ledger, ledger, aside)
        return Restored(proof, aside if aside.exists() else None)
    finally:
        shutil.rmtree(scratch)


def _require_alone(ledger: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while ledger.exists() and in_use(ledger):
        if time.monotonic() > deadline:
            raise BackupError(
                f"{ledger} is in use: stop ingest first ('systemctl stop senyum-ingest', and"
                " senyum-litestream where it runs), then restore again. Nothing was changed"
            )
        time.sleep(0.1)


def _aside_folder(ledger: Path, now_ms: int) -> Path:
    return ledger.parent / shelf.name_at(now_ms).replace("ledger-", "set-aside-")


def _make_ready(proof: Proof, backup: Path, aside: Path, now_ms: int, who: str) -> None:
    """Exact times that have grown too old since are erased before anything is served; and noted is
    why the ledger is behind for a while, for whoever asks later.
    """
    with closing(open_ledger(proof.ledger)) as db:
        erasing.erase(db, now_ms, lambda: None)
        tell(
            db, By(who, now_ms), "restored",
            backup=backup.name, votes=proof.census.votes, aside=aside.name,
        )  # fmt: skip
    durable.sync(proof.ledger)


def _exchange(proven: Path, ledger: Path, aside: Path) -> None:
    _require_alone(ledger)  # again: trying a backup takes its time
    _give_to_owner_of(ledger.parent, proven)
    moved = _set_aside(ledger, aside)
    try:
        _require_alone(aside / ledger.name)  # nobody opened it in between
        os.link(proven, ledger)  # takes the place of nothing, where a rename would
    except FileExistsError as error:
        raise BackupError(
            f"{ledger}: somebody began a new ledger while this one was restored; stop ingest and"
            f" restore again. The ledger of before is in {aside}"
        ) from error
    except BaseException:  # a signal, too: a restore that is not done has done nothing
        _move_back(aside, moved)
        raise
    durable.sync(ledger.parent)


def _set_aside(ledger: Path, aside: Path) -> list[Path]:
    """Move away whatever is there; the names that it had."""
    names = [form.format(ledger.name) for form in _BELONGING]
    there = [ledger.with_name(name) for name in names if ledger.with_name(name).exists()]
    if there:
        aside.mkdir(mode=0o700)
        _give_to_owner_of(ledger.parent, aside)
    for file in there:
        file.rename(aside / file.name)
    durable.sync(aside.parent)
    return there


def _move_back(aside: Path, moved: list[Path]) -> None:
    for file in reversed(moved):
        (aside / file.name).rename(file)
    if moved:
        aside.rmdir()


def _give_to_owner_of(folder: Path, path: Path) -> None:
    """An admin restores as root; ingest must be able to open what is restored."""
    owner, present = folder.stat(), path.stat()
    if (owner.st_uid, owner.st_gid) != (present.st_uid, present.st_gid):
        os.chown(path, owner.st_uid, owner.st_gid)
