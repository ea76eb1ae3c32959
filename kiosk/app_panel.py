"""The panel's process: its parts put together."""

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from random import SystemRandom
from typing import NamedTuple

from kiosk.app_epoch import Kiosk, Term
from kiosk.callbacks import Hearing, lgpio_threads
from kiosk.check import selftest
from kiosk.clock import Clock, SystemClock
from kiosk.config import Config, PanelSection
from kiosk.courier import Courier
from kiosk.crash import Crash, crash_at
from kiosk.edges import Edges
from kiosk.epochs import Epochs
from kiosk.errands import Errands
from kiosk.health import Tally
from kiosk.inforce import InForce
from kiosk.letters import Letters
from kiosk.link import Listener
from kiosk.loop import Heartbeat, Steps, Stop, run, stop_on_signals
from kiosk.orders import Obeyed, Orders
from kiosk.outbox import CannotStoreError, DamagedError, Outbox
from kiosk.panel import Desk, Front, Panel, Pins, real_pins
from kiosk.player import Player
from kiosk.post import Post
from kiosk.presses import Presses, Timing
from kiosk.remote import Remote
from kiosk.succession import InUse
from kiosk.systemd import Notifier
from kiosk.voting import Voting

log = logging.getLogger("senyum.kiosk.app")


class _Lasting(NamedTuple):
    """What stays as it is when an epoch is over."""

    config: Config
    clock: Clock
    crash: Crash
    tally: Tally
    presses: Presses
    listener: Listener
    orders: Orders
    in_force: InForce


@contextmanager
def open_kiosk(config: Config, pins: Pins, clock: Clock, crash: Crash) -> Iterator[Kiosk]:
    """All parts of the panel; the first epoch is begun when there is none yet."""
    config.receipt_keys()  # asked for before anything is made
    epochs = Epochs(config.epochs, crash)
    with (
        epochs.alone(),
        closing(Edges(clock.up)) as edges,
        closing(Front(config.pins, pins, (hearing := Hearing(edges.felt)).felt)) as front,
        closing(Listener(config.socket)) as listener,
    ):
        hearing.begin(config.panel.faces, front.down, lgpio_threads())
        presses = Presses(_timing(config.panel), config.panel.faces, front.down())
        orders = _orders(config, clock)
        in_force = InForce(config, orders.remote)
        lasting = _Lasting(
            config, clock, crash, Tally(), presses, listener, orders=orders, in_force=in_force
        )
        term = Term(epochs, config.kiosk.id, partial(_desk, lasting), crash)
        with closing(term):
            panel = _panel(lasting, edges, front, term.desk)
            yield Kiosk(
                panel=panel,
                edges=edges,
                hearing=hearing,
                tally=lasting.tally,
                term=term,
                errands=_errands(lasting, front),
                clock=clock,
            )


def _orders(config: Config, clock: Clock) -> Orders:
    kiosk, keys = config.kiosk.id, config.receipt_keys()
    remote = Remote(config.told, kiosk, keys)
    return Orders(kiosk, keys, remote, Obeyed(config.obeyed), clock)


def _errands(lasting: _Lasting, front: Front) -> Errands:
    return Errands(
        orders=lasting.orders,
        in_force=lasting.in_force,
        presses=lasting.presses,
        front=front,
        clock=lasting.clock,
        test=partial(selftest.checks, lasting.config.epochs, lasting.clock),
    )


def _panel(lasting: _Lasting, edges: Edges, front: Front, desk: Desk) -> Panel:
    return Panel(
        edges=edges,
        presses=lasting.presses,
        front=front,
        player=Player(lasting.config.panel.faces, front.show),
        desk=desk,
        clock=lasting.clock,
        crash=lasting.crash,
    )


def _desk(lasting: _Lasting, in_use: InUse, waiting: int) -> Desk:
    """`waiting`: damaged epochs that wait for rescue."""
    return Desk(
        outbox=in_use.outbox,
        voting=_voting(lasting, in_use.outbox),
        post=_post(lasting, in_use, waiting),
    )


def _post(lasting: _Lasting, in_use: InUse, waiting: int) -> Post:
    config = lasting.config
    letters = Letters(
        kiosk=config.kiosk.id,
        key=in_use.key,
        receipt_keys=config.receipt_keys(),
        outbox=in_use.outbox,
        clock=lasting.clock,
        tally=lasting.tally,
        faces=config.panel.faces,
        disk=config.epochs,
        remote=lasting.orders.remote,
        damaged=waiting,
    )
    return Post(
        listener=lasting.listener,
        letters=letters,
        courier=Courier(SystemRandom()),
        outbox=in_use.outbox,
        clock=lasting.clock,
        crash=lasting.crash,
        orders=lasting.orders,
        keep_ms=lambda: lasting.in_force.keep_ms,
    )


def _voting(lasting: _Lasting, outbox: Outbox) -> Voting:
    return Voting(
        outbox=outbox,
        question=lambda: lasting.in_force.question,
        presses=lasting.presses,
        clock=lasting.clock,
        random=os.urandom,
        tally=lasting.tally,
        crash=lasting.crash,
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
        turn(kiosk, kiosk, stop)


def turn(kiosk: Kiosk, steps: Steps, stop: Stop) -> None:
    """Turn until told to stop; systemd hears that the loop turns and that votes can be stored."""
    stop.wake = kiosk.edges.wake
    kiosk.errands.stop = stop.ask
    kiosk.panel.start()
    notifier = Notifier(os.environ)
    heartbeat = Heartbeat(notifier, lambda: can_store(kiosk.outbox))
    run(steps, heartbeat, lambda: not stop.asked, notifier)


def can_store(outbox: Outbox) -> bool:
    try:
        outbox.probe()
    except (CannotStoreError, DamagedError) as error:
        log.error("no vote could be stored now error=%s", error)
        return False
    return True
