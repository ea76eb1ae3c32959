"""What a run of the demo shows: both ends of the path of a vote compared."""

from collections.abc import Collection, Sequence

from msgspec import Struct

from collector.ledger.comparing import Row


class Outcome(Struct, frozen=True):
    """`make demo ARGS=--json` prints this."""

    pressed: int
    confirmed: int  # a lamp said so
    stored: int  # of the votes of this run, in the ledger
    lost: int  # confirmed and not stored
    duplicated: int  # stored or counted beyond once
    agencies: int  # with votes in the ledger

    @property
    def clean(self) -> bool:
        return self.lost == 0 and self.duplicated == 0


def lost(confirmed: int, fresh: Collection[Row], stored: Collection[Row]) -> int:
    """Votes of this run that a kiosk confirmed and the ledger has not.

    `fresh` are the votes committed at the kiosks in this run. A light without a vote on disk
    is a lost vote too.
    """
    missing = set(fresh) - set(stored)
    return len(missing) + max(0, confirmed - len(set(fresh)))


def duplicated(committed: Collection[Row], stored: Sequence[Row]) -> int:
    """Rows of the ledger beyond one for each vote that a kiosk has committed."""
    return len(stored) - len(set(stored) & set(committed))
