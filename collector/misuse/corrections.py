"""What was corrected at each kiosk, and how often it says that somebody tried the other way."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sqlite_utils import Database

from collector.index.corrected import Direction
from collector.ledger import fleet
from collector.ledger.misuse import corrected
from collector.ledger.registry import kiosks


class Corrections(NamedTuple):
    kiosk: str
    directions: Counter[Direction]
    contested: int | None  # more favourable presses, since its panel started; None: never heard


def corrected_by_kiosk(db: Database, first: int, end: int) -> Iterator[Corrections]:
    """Of every kiosk that is not retired, in [first, end), Unix seconds."""
    found: dict[str, Counter[Direction]] = {}
    for each in corrected(db, first, end):
        own = found.setdefault(each.kiosk, Counter())
        own[each.first, each.last] += each.n
    for kiosk in kiosks(db):
        if kiosk.retired_at is None:
            health = fleet.latest_health(db, kiosk.kiosk)
            contested = None if health is None else health.said.counters.contested
            yield Corrections(kiosk.kiosk, found.get(kiosk.kiosk, Counter()), contested)
