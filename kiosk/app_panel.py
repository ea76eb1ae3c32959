"""The panel's process: its parts put together."""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import SystemRandom
from typing import NamedTuple

from kiosk import keys
from kiosk.clock import Clock, SystemClock
from kiosk.config import Config, PanelSection
from kiosk.courier import Courier
from kiosk.crash import Crash, crash_at
from kiosk.edges import Edges
from kiosk.health import Tally
from kiosk.letters import Letters
from kiosk.link import Listener
from kiosk.loop import Heartbeat, Steps, Stop, run, stop_on_signals
from kiosk.outbox import CannotStoreError, Outbox
from kiosk.panel import Front, Panel, Pins, real_pins
from kiosk.player import Player
from kiosk.post import Post
from kiosk.presses import Presses, Timing
from kiosk.systemd import Notifier
from kiosk.voting import Voting

log = logging.getLogger("senyum.kiosk.app")


class Kiosk(NamedTuple):
    """A panel, and what those who drive it may ask."""

    panel: Panel
    edges: Edges
    outbox: Outbox
    tally: Tally


@contextmanager
def open_kiosk(config: Config, pins: Pins, clock: Clock, crash: Crash) -> Iterator[Kiosk]:
    """All parts of the panel; the signing key is made when there is none yet."""
    receipt_keys = config.receipt_keys()
    key = keys.load_or_create(config.signing_key)
    tally = Tally()
    with (
        closing(Outbox.open(config.outbox, config.kiosk.id, key.public, crash)) as outbox,
        closing(Edges(clock.up)) as edges,
        closing(Front(config.pins, pins, edges.felt)) as front,
        closing(Listener(config.socket)) as listener,
    ):
        letters = Letters(
            kiosk=config.kiosk.id,
            key=key,
            receipt_keys=receipt_keys,
            outbox=outbox,
            clock=clock,
            tally=tally,
            disk=config.outbox.parent,
        )
        courier = Courier(SystemRandom())
        with closing(
            Post(
                listener=listener,
                letters=letters,
                courier=courier,
                outbox=outbox,
                clock=clock,
                crash=crash,
            )
        ) as post:
            panel = _panel(
                config.panel,
                edges=edges,
                front=front,
                post=post,
                outbox=outbox,
                clock=clock,
                tally=tally,
                crash=crash,
            )
            yield Kiosk(panel, edges, outbox, tally)


def _panel(
    config: PanelSection,
    *,
    edges: Edges,
    front: Front,
    post: Post,
    outbox: Outbox,
    clock: Clock,
    tally: Tally,
    crash: Crash,
) -> Panel:
    presses = Presses(_timing(config), config.faces, front.down())
    voting = Voting(
        outbox=outbox,
        question=config.question,
        presses=presses,
        clock=clock,
        random=secrets.token_bytes,
        tally=tally,
        crash=crash,
    )
    return Panel(
        edges=edges,
        presses=presses,
        voting=voting,
        player=Player(config.faces, front.show),
        post=post,
        outbox=outbox,
        clock=clock,
        crash=crash,
    )


def _timing(config: PanelSection) -> Timing:
    return Timing(
        debounce_ms=config.debounce_ms,
        decide_ms=config.decide_ms,
        settle_ms=config.settle_ms,
        stuck_ms=config.stuck_ms,
        chord_ms=config.chord_ms,
        test_ms=config.test_ms,
    )


def run_panel(config: Config) -> None:
    """Serve buttons and lamps until told to stop."""
    with (
        open_kiosk(config, real_pins(), SystemClock(), crash_at(os.environ)) as kiosk,
        stop_on_signals() as stop,
    ):
        turn(kiosk, kiosk.panel, stop)


def turn(kiosk: Kiosk, steps: Steps, stop: Stop) -> None:
    """Turn until told to stop; systemd hears that the loop turns and that votes can be stored."""
    stop.wake = kiosk.edges.wake
    kiosk.panel.start()
    notifier = Notifier(os.environ)
    heartbeat = Heartbeat(notifier, lambda: can_store(kiosk.outbox))
    run(steps, heartbeat, lambda: not stop.asked, notifier)


def can_store(outbox: Outbox) -> bool:
    try:
        outbox.probe()
    except CannotStoreError as error:
        log.error("no vote could be stored now error=%s", error)
        return False
    return True
