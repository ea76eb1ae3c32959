"""The demo while it runs: broker, ingest, web and live kiosks, until it ends and is compared."""

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Final

from sqlite_utils import Database

from collector.app import one_machine
from collector.config import Config
from collector.demo import boxes as fleet
from collector.demo.boxes import GRACE_SECONDS, Box, Pace
from collector.demo.night import Night
from collector.demo.outcome import Outcome, duplicated, lost
from collector.demo.screen import Screen
from collector.errors import CollectorError
from collector.ledger import comparing
from collector.ledger.comparing import Row
from collector.ledger.store import read_ledger, read_snapshot
from collector.supervise import TICK, Supervisor, await_end

READY_SECONDS: Final = 30.0
STATUS_EVERY: Final = 1.0


class NotReady(CollectorError, TimeoutError):
    """The web pages do not answer."""


class Show:
    """One run. The process that makes it must be in its main thread: see collector.leash."""

    def __init__(
        self, config: Config, options: Sequence[str], boxes: Sequence[Box], seed: int, pace: Pace
    ) -> None:
        self._config = config
        self._boxes = boxes
        self._logs = config.data_dir / "logs"
        self._logs.mkdir(exist_ok=True)
        children = one_machine(config, options, self._logs)
        players = [box.child(1000 * seed + index, pace) for index, box in enumerate(boxes)]
        self._services = Supervisor(children, time.monotonic)
        self._kiosks = Supervisor(players, time.monotonic)
        self._night = Night(options, self._logs / "night.log")
        self._epochs = [box.epoch() for box in boxes]
        with closing(read_ledger(config.ledger)) as db:
            self._before = {epoch: comparing.stored(db, epoch) for epoch in self._epochs}

    def start(self) -> None:
        """Returns when the pages answer; raises CollectorError, and leaves nothing running."""
        try:
            self._services.start()
            self._wait_for_web()
            self._kiosks.start()
        except BaseException:
            self.stop()
            raise

    def keep(self, over: Callable[[], bool], screen: Screen) -> None:
        """Keep all of it running until it is over."""
        lamps = fleet.Lamps(self._boxes)
        told_at = 0.0
        with screen.live(), closing(read_ledger(self._config.ledger)) as db:
            while not over():
                self._step()
                if time.monotonic() >= told_at:
                    told_at = time.monotonic() + STATUS_EVERY
                    screen.status(lamps.confirmed(), self._stored(db), len(self._kiosks.pids()))
                time.sleep(TICK)

    def _stored(self, db: Database) -> int:
        """How many votes of the live kiosks came into the ledger in this run."""
        return sum(comparing.stored(db, epoch) - self._before[epoch] for epoch in self._epochs)

    def finish(self) -> Outcome:
        """The kiosks press no more and send what they have; then both ends are compared."""
        self._night.stop()
        self._kiosks.stop_together(GRACE_SECONDS, self._services.step)
        committed = fleet.committed(self._boxes)
        self._send_rest(committed)
        return self._compare([row for rows in committed.values() for row in rows])

    def stop(self) -> None:
        self._night.stop()
        self._kiosks.stop_together(grace=1.0)
        self._services.stop()

    def _step(self) -> None:
        self._services.step()
        self._kiosks.step()
        self._night.step()

    def _wait_for_web(self) -> None:
        address = (self._config.web.host, self._config.web.port)
        until = time.monotonic() + READY_SECONDS
        while not _answers(address):
            self._services.step()
            if time.monotonic() > until:
                raise NotReady(f"the web pages do not answer; {self._logs / 'web.log'} says why")
            time.sleep(0.05)

    def _send_rest(self, committed: Mapping[str, Sequence[Row]]) -> None:
        """A kiosk that was killed at the end may have votes that it could not send yet."""
        with closing(read_ledger(self._config.ledger)) as db:
            stored = set(comparing.rows_of(db, self._epochs))
        late = [box for box in self._boxes if set(committed[box.kiosk]) - stored]
        senders = [box.sender().start() for box in late]
        await_end(senders, GRACE_SECONDS, self._services.step)

    def _compare(self, committed: Sequence[Row]) -> Outcome:
        confirmed = fleet.Lamps(self._boxes).confirmed()
        with closing(read_snapshot(self._config.ledger)) as db:
            stored = comparing.rows_of(db, self._epochs)
            return Outcome(
                pressed=fleet.pressed(self._boxes),
                confirmed=confirmed,
                stored=len(self._of_this_run(stored)),
                lost=lost(confirmed, self._of_this_run(committed), stored),
                duplicated=duplicated(committed, stored)
                + abs(comparing.counted(db) - comparing.effective(db)),
                agencies=comparing.voting_agencies(db),
            )

    def _of_this_run(self, rows: Sequence[Row]) -> list[Row]:
        """What was stored in this run, or would have been: an earlier run may have left some."""
        return [row for row in rows if row.seq > self._before.get(row.epoch, 0)]


def _answers(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0
