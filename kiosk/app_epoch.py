"""The panel over the epoch in use, and when that is over, over the next, without a restart."""

import logging
from collections.abc import Callable
from typing import Final

from kiosk import earlier
from kiosk.callbacks import Hearing
from kiosk.clock import Clock
from kiosk.crash import Crash
from kiosk.edges import Edges
from kiosk.epochs import Epochs, Place, Unsettled
from kiosk.errands import Errands
from kiosk.health import Tally
from kiosk.outbox import DamagedError, Outbox, OutboxError
from kiosk.panel import Desk, Panel
from kiosk.succession import InUse, begin_after, is_over, open_latest, open_place

log = logging.getLogger("senyum.kiosk.epochs")

RETRY_MS: Final = 60_000  # a disk that did not take a new epoch is asked again so much later

MakeDesk = Callable[[InUse, int], Desk]  # for an epoch, and how many damaged ones wait for rescue


class Term:
    """The epoch in use and its desk. `make` builds a desk."""

    def __init__(self, epochs: Epochs, kiosk: str, make: MakeDesk, crash: Crash) -> None:
        self._epochs = epochs
        self._kiosk = kiosk
        self._make = make
        self._crash = crash
        self._tidied = (0, 0)
        epochs.sweep()
        self._begin(open_latest(epochs, kiosk, crash))

    @property
    def is_over(self) -> bool:
        return is_over(self.desk.outbox, self.desk.post.closed)

    def go_on(self) -> None:
        """Take up the next epoch. Raises OSError and OutboxError; then this one goes on."""
        place = begin_after(self._epochs, self._in_use, self._kiosk, self._crash)
        self._take_up(place)

    def _take_up(self, place: Place) -> None:
        """What goes wrong now ends the process: a restart finds the new epoch in use."""
        self.close()
        try:
            self._begin(open_place(place, self._kiosk, self._crash))
        except (OSError, OutboxError) as error:
            raise Unsettled(f"{place.folder}: begun, and cannot be opened: {error}") from error

    def _begin(self, in_use: InUse) -> None:
        self._in_use = in_use
        waiting = self._epochs.waiting()
        for place in waiting:
            log.error("damaged epoch waits for rescue folder=%s", place.folder)
        self.desk = self._make(in_use, len(waiting))

    def tidy(self) -> None:
        """Let earlier epochs go, as far as this one has let its own votes go."""
        gone = (self.desk.outbox.erased, self.desk.outbox.forgotten)
        if gone != self._tidied:
            self._tidied = gone
            earlier.tidy(self._epochs, self._in_use, self._kiosk)

    def close(self) -> None:
        self.desk.post.close()
        self.desk.outbox.close()


class Kiosk:
    """A panel, and what those who drive it may ask."""

    def __init__(
        self,
        *,
        panel: Panel,
        edges: Edges,
        hearing: Hearing,
        tally: Tally,
        term: Term,
        errands: Errands,
        clock: Clock,
    ) -> None:
        self.panel = panel
        self.edges = edges
        self.tally = tally
        self.errands = errands
        self.hearing = hearing
        self._term = term
        self._clock = clock
        self._retry = 0

    @property
    def outbox(self) -> Outbox:
        """That of the epoch in use."""
        return self._term.desk.outbox

    def step(self, timeout: float) -> None:
        """The panel's step; at a quiet moment, what the epoch needs and the collector asked.

        Raises Deaf when no button may be heard any more: the process then ends.
        """
        self.panel.step(timeout)
        self.hearing.check(self._clock.up())
        if self.panel.at_rest():
            if self._term.is_over and self._clock.up() >= self._retry:
                self._go_on()
            self._term.tidy()
            self.errands.run(self.panel)

    def _go_on(self) -> None:
        try:
            self._term.go_on()
        except DamagedError as error:
            log.error("votes not carried error=%s", error)
        except (OSError, OutboxError) as error:
            self._retry = self._clock.up() + RETRY_MS
            log.error("no new epoch yet error=%s", error)
        self.panel.desk = self._term.desk
