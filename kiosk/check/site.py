"""Everything that can be tried on site: settings, key, pins, board, the way out; and by hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk import config, machine
from kiosk.check import board, network, selftest
from kiosk.check.key import key
from kiosk.check.line import Line, fine, trouble
from kiosk.check.login import login
from kiosk.check.testvote import vote
from kiosk.clock import Clock
from kiosk.config import Config, ConfigError
from kiosk.epochs import Epochs


def lines(file: Path, clock: Clock, ask: Callable[[str], bool] | None) -> Iterator[Line]:
    """Line by line, as each is known; without settings there is only the first.

    `ask` puts a question to whoever is there; None: nobody is, and nothing needs hands.
    """
    try:
        settings = config.load(file)
    except ConfigError as error:
        yield trouble("settings", str(error), "mend the file, and try again")
        return
    yield fine("settings", str(file))
    yield _collector(settings)
    yield key(Epochs(settings.epochs))
    yield board.pins()
    yield from selftest.lines(_kept_in(settings), clock)
    yield board.wifi(machine.wifi())
    yield from _way_of_a_vote(settings, clock)
    if ask is not None:
        from kiosk.check import hands  # noqa: PLC0415  brings rich and gpiozero

        yield from hands.lines(settings, clock, ask)


def _way_of_a_vote(settings: Config, clock: Clock) -> Iterator[Line]:
    """To the broker, to the collector, and back with a receipt; it ends where it is blocked."""
    for line in network.way(settings.broker):
        yield line
        if not line.ok and line.name in network.BLOCKING:
            return
    entered = login(settings.kiosk.id, settings.broker)
    yield entered
    if entered.ok:
        yield vote(settings, clock)


def _collector(settings: Config) -> Line:
    try:
        keys = settings.receipt_keys()
    except ConfigError as error:
        return trouble("collector", str(error), "register this kiosk at the collector")
    return fine("collector", f"receipts of key {keys[0][:16]}… are believed")


def _kept_in(settings: Config) -> Path:
    """Where votes are kept, or will be once the panel has run."""
    return settings.epochs if settings.epochs.exists() else settings.epochs.parent
