"""A vote as the outbox's rows, and back. Pure; the columns are named in kiosk/outbox.py."""

from typing import Any

from kiosk import wire

Row = tuple[Any, ...]


def vote_row(vote: wire.Vote, head: str) -> Row:
    """A row of `votes`. `head` is that of the chain after the vote."""
    origin = (None, None) if vote.origin is None else (vote.origin.epoch, vote.origin.seq)
    return (
        vote.seq,
        vote.face,
        vote.question,
        vote.replaces,
        *origin,
        vote.test,
        vote.quarter,
        bytes.fromhex(vote.salt),
        bytes.fromhex(vote.time),
        bytes.fromhex(head),
    )


def fine_row(seq: int, fine: wire.Fine) -> Row:
    """A row of `fine`: the exact moment, apart so that it can be erased."""
    synced = fine.clock == "synced"
    return (seq, bytes.fromhex(fine.tsalt), fine.wall, synced, bytes.fromhex(fine.boot), fine.up)


def vote_of(row: Row) -> wire.Vote:
    """From the columns of `votes` and `fine`, bytes as hex; empty ones where `fine` is erased."""
    seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time, *fine = row
    return wire.Vote(
        seq=seq,
        face=face,
        question=question,
        replaces=replaces,
        origin=None if origin_seq is None else wire.Origin(origin_epoch, origin_seq),
        test=bool(test),
        quarter=quarter,
        salt=salt,
        time=time,
        fine=fine_of(*fine),
    )


def fine_of(tsalt: str, wall: int, synced: int, boot: str, up: int) -> wire.Fine | None:
    """From the columns of `fine`; None where they are empty."""
    if not tsalt:
        return None
    clock: wire.ClockState = "synced" if synced else "unsynced"
    return wire.Fine(tsalt=tsalt, wall=wall, clock=clock, boot=boot, up=up)
