"""The panel's process: its parts put together."""

import logging
import os
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
from kiosk.keys import SigningKey
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


class _Shared(NamedTuple):
    """What most parts work with."""

    outbox: Outbox
    clock: Clock
    tally: Tally
    crash: Crash


@contextmanager
def open_kiosk(config: Config, pins: Pins, clock: Clock, crash: Crash) -> Iterator[Kiosk]:
    """All parts of the panel; the signing key is made when there is none yet."""
    config.receipt_keys()  # asked for before anything is made
    key = keys.load_or_create(config.signing_key)
    with (
        closing(Outbox.open(config.outbox, config.kiosk.id, key.public, crash)) as outbox,
        closing(Edges(clock.up)) as edges,
        closing(Front(config.pins, pins, edges.felt)) as front,
        closing(Listener(config.socket)) as listener,
    ):
        shared = _Shared(outbox, clock, Tally(), crash)
        with closing(_post(config, shared, key, listener)) as post:
            panel = _panel(config.panel, shared, edges, front, post)
            yield Kiosk(panel, edges, outbox, shared.tally)


def _post(config: Config, shared: _Shared, key: SigningKey, listener: Listener) -> Post:
    letters = Letters(
        kiosk=config.kiosk.id,
        key=key,
        receipt_keys=config.receipt_keys(),
        outbox=shared.outbox,
        clock=shared.clock,
        tally=shared.tally,
        faces=config.panel.faces,
        disk=config.outbox.parent,
    )
    return Post(
        listener=listener,
        letters=letters,
        courier=Courier(SystemRandom()),
        outbox=shared.outbox,
        clock=shared.clock,
        crash=shared.crash,
    )


def _panel(config: PanelSection, shared: _Shared, edges: Edges, front: Front, post: Post) -> Panel:
    presses = Presses(_timing(config), config.faces, front.down())
    return Panel(
        edges=edges,
        presses=presses,
        voting=_voting(config, shared, presses),
        player=Player(config.faces, front.show),
        post=post,
        outbox=shared.outbox,
        clock=shared.clock,
        crash=shared.crash,
    )


def _voting(config: PanelSection, shared: _Shared, presses: Presses) -> Voting:
    return Voting(
        outbox=shared.outbox,
        question=config.question,
        presses=presses,
        clock=shared.clock,
        random=os.urandom,
        tally=shared.tally,
        crash=shared.crash,
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
