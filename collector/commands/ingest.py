"""senyum-collector ingest: from the broker into the ledger, until told to stop."""

import os
import random
import time

import click

from collector.config import Config
from collector.crash import Crash, crash_at
from collector.ingest.loop import Loop
from collector.ingest.step import Ingest
from collector.ledger.store import open_ledger
from collector.supervise import Stopper
from collector.systemd import Notifier
from kiosk import keys


@click.command()
@click.pass_obj
def ingest(config: Config) -> None:
    """Take votes from the broker, store them, send receipts."""
    stopper, notifier = Stopper(), Notifier(os.environ)
    loop = make_loop(config, crash_at(os.environ))
    notifier.ready()
    while not stopper.asked:
        loop.step()
        notifier.alive()
    notifier.stopping()
    loop.close()


def make_loop(config: Config, crash: Crash) -> Loop:
    return Loop(
        config.broker,
        config.ingest,
        make_ingest(config, crash).take,
        crash=crash,
        random=random.random,
        now_ms=now_ms,
    )


def make_ingest(config: Config, crash: Crash) -> Ingest:
    return Ingest(
        open_ledger(config.ledger),
        keys.load_or_create(config.signing_key),
        config.zone,
        crash=crash,
        now=now_ms,
        settings=config.ingest,
        bounds=config.quarantine,
    )


def now_ms() -> int:
    return time.time_ns() // 1_000_000
