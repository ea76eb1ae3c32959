"""Ingest looks every minute whether another question is due at some kiosks, and tells them."""

import logging
from datetime import datetime, tzinfo
from typing import Final

from sqlite_utils import Database

from collector.ledger import rotations
from collector.ledger.store import CannotCommit

log = logging.getLogger("senyum.collector.ingest")

LOOK_MS: Final = 60_000


class Rotating:
    """`look` costs next to nothing between two looks; days are cut in `zone`."""

    def __init__(self, db: Database, zone: tzinfo) -> None:
        self._db = db
        self._zone = zone
        self._next_look = 0

    def look(self, now_ms: int) -> None:
        """Where nothing can be committed, votes wait as well: the next look tries again."""
        if now_ms < self._next_look:
            return
        self._next_look = now_ms + LOOK_MS
        today = datetime.fromtimestamp(now_ms / 1000, self._zone).date()
        try:
            if rotations.due(self._db, today, now_ms):
                turned = rotations.turn(self._db, today, now_ms)
                log.info("question_changed kiosks=%s day=%s", len(turned), today)
        except CannotCommit as error:
            log.warning("question_not_changed error=%s: it is tried again", error)
