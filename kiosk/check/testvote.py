"""A test vote, end to end: stored, signed, sent, and receipted by the collector. Never counted."""

import logging
import os
import select
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from msgspec.structs import replace

from kiosk import health, keys
from kiosk.app_uplink import UplinkThread, build_uplink
from kiosk.ballot import Ballot
from kiosk.check.line import Line, fine, trouble, untried
from kiosk.clock import Clock
from kiosk.config import Config
from kiosk.courier import Courier
from kiosk.crash import never
from kiosk.epochs import Epochs, EpochsInUse, Place
from kiosk.errors import SenyumError
from kiosk.health import Tally
from kiosk.inforce import InForce
from kiosk.letters import Letters
from kiosk.link import Listener
from kiosk.orders import Obeyed, Orders
from kiosk.outbox import Outbox
from kiosk.post import Post
from kiosk.remote import Remote
from kiosk.succession import open_place

PATIENCE_MS: Final = 30_000  # without any progress
LOOK_S: Final = 0.2
SHOWN: Final = 16

NO_ANSWER: Final = (
    "at the collector: systemctl status senyum-ingest, senyum-collector kiosk list; does it use "
    "this broker, and may this account write and read senyum/1/ and its name?"
)
NO_WAY: Final = (
    "the lines above, from the broker's name on; may this account write senyum/1/ and its name?"
)

# The collector's word, if it is not a receipt: what that means, what to do.
STANDINGS: Final[dict[str, tuple[str, str]]] = {
    "held": (
        "the collector keeps the votes of this key aside",
        "at the collector: senyum-collector kiosk approve {epoch}",
    ),
    "fork": (
        "another card votes under this key",
        "start the panel: it goes on with a new key, which an admin approves",
    ),
    "revoked": (
        "the collector trusts this key no longer",
        "ask an admin why; start the panel: it goes on with a new key, which an admin approves",
    ),
}


def vote(settings: Config, clock: Clock, patience_ms: int = PATIENCE_MS) -> Line:
    """Sends one if the panel is stopped; else says how the panel's own votes fare."""
    epochs = Epochs(settings.epochs)
    place = epochs.latest()
    if place is None or not any((settings.collector.key, settings.collector.next_key)):
        return untried("vote", "there is no key yet, here or of the collector", "see above")
    try:
        with epochs.alone():
            return _alone(settings, place, clock, patience_ms)
    except EpochsInUse:
        return _beside(settings, place, clock)
    except (SenyumError, OSError) as error:
        return trouble("vote", str(error), "run as root; `senyum-kiosk outbox` shows the votes")


def _beside(settings: Config, place: Place, clock: Clock) -> Line:
    first, *_, last = settings.panel.faces
    with closing(open_place(place, settings.kiosk.id, never).outbox) as outbox:
        seq, queue = outbox.checkpoint.seq, outbox.queue
        hours = health.waiting(outbox.oldest_waiting, clock.now())
    if queue:
        return trouble(
            "vote",
            f"the panel is running; {queue} of its votes wait for a receipt{_for(hours)}",
            "try again in a minute; if they still wait: journalctl -u senyum-uplink",
        )
    if seq == 0:
        return untried(
            "vote",
            "the panel is running, and has no vote yet",
            f"press a face in test mode ({first} and {last}, 5 s), and try again",
        )
    return fine("vote", f"the panel is running; each vote up to {seq} has its receipt")


def _for(hours: int | None) -> str:
    return f", the oldest for {hours} h" if hours else ""


# ---------------------------------------------------------------- while the panel is stopped


class _Trial(NamedTuple):
    """What is between outbox and broker, as it is at work."""

    post: Post
    courier: Courier
    outbox: Outbox
    clock: Clock


def _alone(settings: Config, place: Place, clock: Clock, patience_ms: int) -> Line:
    # A folder of its own: a running uplink waits at the panel's socket, and would come between.
    with (
        TemporaryDirectory(prefix="senyum-check-") as folder,
        _heard() as words,
        closing(open_place(place, settings.kiosk.id, never).outbox) as outbox,
        _trial(settings, Path(folder), place, outbox, clock) as trial,
    ):
        began = clock.up()
        _wait(trial, seq := _append(settings, outbox, clock), patience_ms)
        if outbox.through >= seq:
            took = (clock.up() - began) / 1000
            return fine("vote", f"a test vote had its signed receipt after {took:.1f} s")
        return _missing(trial, words)


def _append(settings: Config, outbox: Outbox, clock: Clock) -> int:
    panel = settings.panel
    ballot = Ballot(panel.faces[0], panel.question, None, test=True)
    return outbox.append(ballot, clock.now(), os.urandom).seq


@contextmanager
def _trial(
    settings: Config, folder: Path, place: Place, outbox: Outbox, clock: Clock
) -> Iterator[_Trial]:
    apart = replace(settings, kiosk=replace(settings.kiosk, run_dir=str(folder)))
    courier = Courier(SystemRandom())
    with closing(Listener(apart.socket)) as listener:
        orders = _orders(apart, folder, clock)
        letters = _letters(settings, place, outbox, clock, orders.remote)
        post = Post(
            listener=listener,
            letters=letters,
            courier=courier,
            outbox=outbox,
            clock=clock,
            crash=never,
            orders=orders,
            keep_ms=lambda: InForce(settings, orders.remote).keep_ms,
        )
        with closing(post), closing(UplinkThread(build_uplink(apart))):
            yield _Trial(post, courier, outbox, clock)


def _orders(apart: Config, folder: Path, clock: Clock) -> Orders:
    """What comes from afar meanwhile is for the panel: it is told again when that starts."""
    told = folder / apart.told.name
    if apart.told.exists():
        shutil.copy(apart.told, told)
    kiosk, keys = apart.kiosk.id, apart.receipt_keys()
    return Orders(kiosk, keys, Remote(told, kiosk, keys), Obeyed(apart.obeyed), clock)


def _letters(
    settings: Config, place: Place, outbox: Outbox, clock: Clock, remote: Remote
) -> Letters:
    return Letters(
        kiosk=settings.kiosk.id,
        key=keys.load(place.key),
        receipt_keys=settings.receipt_keys(),
        outbox=outbox,
        clock=clock,
        tally=Tally(),
        faces=settings.panel.faces,
        disk=settings.epochs,
        remote=remote,
        damaged=len(Epochs(settings.epochs).waiting()),
    )


def _wait(trial: _Trial, seq: int, patience_ms: int) -> None:
    """Until the receipt, or the collector's other word, or nothing has come for too long."""
    through, end = trial.outbox.through, trial.clock.up() + patience_ms
    while trial.outbox.through < seq and trial.courier.standing not in STANDINGS:
        if trial.clock.up() >= end:
            return
        select.select(trial.post.readers(), trial.post.writers(), [], LOOK_S)
        trial.post.step(trial.clock.up())
        if trial.outbox.through != through:  # an older queue goes first
            through, end = trial.outbox.through, trial.clock.up() + patience_ms


def _missing(trial: _Trial, words: list[str]) -> Line:
    epoch = trial.outbox.checkpoint.epoch[:SHOWN]
    if trial.courier.standing in STANDINGS:
        said, do = STANDINGS[trial.courier.standing]
        return trouble("vote", said, do.format(epoch=epoch))
    if trial.post.connected and not words:
        return trouble("vote", "the broker is reached, and no collector answers", NO_ANSWER)
    said = words[-1] if words else "the broker does not answer"
    return trouble("vote", f"no receipt: {said}", NO_WAY)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What the uplink has to say; nobody reads a log meanwhile."""
    words: list[str] = []
    handler, log = _Ear(words), logging.getLogger("senyum.kiosk")
    log.addHandler(handler)
    try:
        yield words
    finally:
        log.removeHandler(handler)


class _Ear(logging.Handler):
    def __init__(self, words: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._words = words

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "senyum.kiosk.uplink":
            self._words.append(record.getMessage())
