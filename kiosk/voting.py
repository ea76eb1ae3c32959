"""What becomes of a press: a row in the outbox, and the signal that the citizen is given."""

import logging
from collections.abc import Callable
from typing import NamedTuple

from kiosk import wire
from kiosk.clock import Clock
from kiosk.crash import Crash
from kiosk.health import Tally
from kiosk.outbox import Ballot, CannotStoreError, DamagedError, Outbox
from kiosk.presses import Contested, Event, Presses, Stuck, TestMode, TooSoon, Vote
from kiosk.signals import Name

log = logging.getLogger("senyum.kiosk.voting")


class Answer(NamedTuple):
    """The signal for whoever pressed `face`."""

    signal: Name
    face: str


class Voting:
    """Stores votes one by one. `random` gives so many random bytes."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        question: Callable[[], str],
        presses: Presses,
        clock: Clock,
        random: Callable[[int], bytes],
        tally: Tally,
        crash: Crash,
    ) -> None:
        self._outbox = outbox
        self._question = question
        self._presses = presses
        self._clock = clock
        self._random = random
        self._tally = tally
        self._crash = crash
        self._first: wire.Vote | None = None  # of the settle window
        self._last: wire.Vote | None = None

    def take(self, event: Event) -> Answer | None:
        """The answer to the citizen, if the event asks for one.

        Never raises for a full disk or a damaged file: nothing is stored then, nothing confirmed.
        """
        self._tally.see(event)
        match event:
            case Vote():
                return self._vote(event)
            case TooSoon(face=face) | Contested(face=face):
                return Answer("too_soon", face)
            case TestMode(voids=True, at=at):
                self._void(at)
            case Stuck(face=face):
                log.warning("button stuck face=%s", face)
        return None

    def _vote(self, vote: Vote) -> Answer:
        self._crash("press_decided")
        ballot = Ballot(vote.face, self._question(), self._corrected(vote), vote.test)
        stored = self._store(ballot, vote.at)
        if stored is None:
            self._presses.not_stored(vote)
            return Answer("cannot_store", vote.face)
        if vote.test:
            return Answer("test_stored", vote.face)
        self._last = stored
        if not vote.corrects:
            self._first = stored
        return Answer("counted", vote.face)

    def _corrected(self, vote: Vote) -> int | None:
        return self._first.seq if vote.corrects and self._first is not None else None

    def _void(self, at: int) -> None:
        """The technician's first press had become a vote: a test row takes its place."""
        if self._first is not None and self._last is not None:
            face = self._last.face
            self._store(Ballot(face, self._question(), self._first.seq, test=True), at)

    def _store(self, ballot: Ballot, at: int) -> wire.Vote | None:
        try:
            stored = self._outbox.append(ballot, self._clock.at(at), self._random)
        except (CannotStoreError, DamagedError) as error:
            self._tally.refused()
            log.error("vote not stored, not confirmed error=%s", error)
            return None
        self._tally.stored()
        return stored
