"""What must be there before the curtain rises: places, history, a user, registered kiosks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from sqlite_utils import Database

from collector import crash
from collector.config import Config
from collector.demo import clerk, history, quiet
from collector.demo.account import Accounts, accounts
from collector.demo.boxes import Box
from collector.demo.cast import Plan, past
from collector.demo.desk import keep_books
from collector.demo.screen import Screen
from collector.index.calendar import Calendar
from collector.ingest.step import Ingest
from collector.ledger import epochs, registry
from collector.ledger.alerts import set_threshold, thresholds
from collector.ledger.counts import local_day
from collector.ledger.deeds import By, deed
from collector.ledger.importing import import_places
from collector.places import Places
from kiosk import wire
from kiosk.keys import SigningKey

FALL: Final = Decimal(5)  # points
PLAN_FILE: Final = "history.json"
PASSWORD_FILE: Final = "password"  # noqa: S105 (a file's name)


@dataclass(frozen=True)
class Stage:
    """The ledger of the demo, and who plays on it."""

    db: Database
    config: Config
    key: SigningKey
    places: Places
    calendar: Calendar
    now: Callable[[], float]  # Unix seconds

    def set_places(self) -> None:
        import_places(self.db, self.places)

    def tell_history(
        self, seed: int, days: int, screen: Screen, stopping: Callable[[], bool]
    ) -> bool:
        """Once; a history that was interrupted continues. False: it is interrupted again."""
        plan = self._plan(seed, days)
        stations = past(self.places, self.calendar, plan, self.config.zone)
        if history.is_told(self.db, stations):
            return True
        day = local_day(self.config.zone)
        history.begin(self.db, stations, self._midnight(plan.first), day)
        told = history.tell(self.db, self._ingest(), stations, plan.days)
        for _ in screen.progress(told, len(plan.days)):
            if stopping():
                return False
        end = self._midnight(plan.last + timedelta(days=1))
        history.finish(self.db, stations, end, day)
        return True

    def accounts(self) -> Accounts:
        first = self.places.agencies[0].agency
        return accounts(self.db, self.config.data_dir / PASSWORD_FILE, first, int(self.now()))

    def register(self, boxes: Sequence[Box]) -> None:
        """As `kiosk add` does it; those that are there already are left alone."""
        for box in boxes:
            key = box.public_key()
            if epochs.find(self.db, wire.fingerprint(key)) is None:
                self._add(box, key, self._midnight(self._today()))

    def leave_unheard(self, box: Box) -> None:
        """Once: a kiosk that stood there for some days and says nothing any more."""
        if box.kiosk in {each.kiosk for each in registry.kiosks(self.db)}:
            return
        key, now = quiet.own_key(), self.now()
        self._add(box, key.public, self._midnight(self._today() - quiet.STOOD))
        at_ms = round((now - quiet.UNHEARD.total_seconds()) * 1000)
        self._ingest().take([quiet.last_words(box.kiosk, key, at_ms)])

    def keep_books(self, seed: int, days: int) -> None:
        """What else came in, and what people did; once."""
        plan = self._plan(seed, days)
        stations = past(self.places, self.calendar, plan, self.config.zone)
        by = By("cli:demo", int(self.now() * 1000))
        clerk.bring_in(self.db, self.config.data_dir, plan, stations, by)
        keep_books(self.db, plan.trouble(), self._today(), self.config.zone)

    def watch(self) -> None:
        """A threshold for all, once: of whom the history lets fall there is an alert."""
        if thresholds(self.db).of_all is None:
            set_threshold(self.db, By("cli:demo", int(self.now() * 1000)), None, FALL)

    def _add(self, box: Box, key: str, from_at: int) -> None:
        now = self.now()
        by = By("cli:demo", int(now * 1000))
        placed = {"kiosk": box.kiosk, "counter": box.counter, "from_at": from_at}
        with deed(self.db, by, "kiosk-added", **placed, key=key):
            registry.add_kiosk(
                self.db,
                box.kiosk,
                key,
                box.counter,
                from_at=from_at,
                day=local_day(self.config.zone),
                now=int(now),
            )

    def _plan(self, seed: int, days: int) -> Plan:
        """The plan that is kept beside the ledger; without one, `days` days up to yesterday."""
        file = self.config.data_dir / PLAN_FILE
        if file.exists():
            return msgspec.json.decode(file.read_bytes(), type=Plan)
        yesterday = self._today() - timedelta(days=1)
        plan = Plan(seed, yesterday - timedelta(days=days - 1), yesterday)
        _write(file, msgspec.json.encode(plan))
        return plan

    def _ingest(self) -> Ingest:
        return Ingest(
            self.db,
            self.key,
            self.config.zone,
            crash=crash.never,
            now=lambda: int(self.now() * 1000),
            settings=self.config.ingest,
            bounds=self.config.quarantine,
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now(), self.config.zone).date()

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time_of_day.min, self.config.zone).timestamp())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all."""
    aside = file.with_suffix(".new")
    aside.write_bytes(content)
    aside.replace(file)
