"""senyum-collector ingest: from the broker into the ledger, until told to stop."""

import os
import random
import time

import click
from sqlite_utils import Database

from collector.commands.who import by_me
from collector.config import Config, values
from collector.crash import Crash, crash_at
from collector.ingest.loop import Loop
from collector.ingest.outgoing import Desk
from collector.ingest.rotating import Rotating
from collector.ingest.step import Ingest
from collector.ledger.deeds import note_settings
from collector.ledger.store import open_ledger
from collector.supervise import Stopper
from collector.systemd import Notifier
from kiosk import keys


@click.command()
@click.pass_obj
def ingest(config: Config) -> None:
    """Take votes from the broker, store them, send receipts."""
    stopper, notifier, crash = Stopper(), Notifier(os.environ), crash_at(os.environ)
    with open_ledger(config.ledger) as db:
        note_settings(db, by_me(), "ingest", values(Config()), values(config))
        storing = make_ingest(config, db, crash)
        loop = make_loop(config, db, storing, crash)
        rotating = Rotating(db, config.zone)
        notifier.ready()
        told = storing.trouble
        while not stopper.asked:
            loop.step()
            rotating.look(now_ms())
            notifier.alive()
            if storing.trouble != told:
                told = storing.trouble
                notifier.status(status_of(told))
        notifier.stopping()
        loop.close()


def status_of(trouble: str) -> str:
    """What `systemctl status` says."""
    if not trouble:
        return "Storing votes."
    return f"Cannot store votes, kiosks keep them: {trouble}"


def make_loop(config: Config, db: Database, storing: Ingest, crash: Crash) -> Loop:
    desk = Desk(db, keys.load_or_create(config.signing_key))
    return Loop(
        config.broker,
        config.ingest,
        storing.take,
        crash=crash,
        random=random.random,
        now_ms=now_ms,
        desk=desk,
    )


def make_ingest(config: Config, db: Database, crash: Crash) -> Ingest:
    key = keys.load_or_create(config.signing_key)
    bounds = config.quarantine
    return Ingest(
        db, key, config.zone, crash=crash, now=now_ms, settings=config.ingest, bounds=bounds
    )


def now_ms() -> int:
    return time.time_ns() // 1_000_000
