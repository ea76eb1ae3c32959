"""What lamps confirmed, what the disk kept and what the ledger holds, compared."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from tests.whole import Identity


class Reckoning(NamedTuple):
    """Counts of votes. `unseen`: committed, but the power went before the lamp was seen."""

    confirmed: int = 0
    stored: int = 0
    unseen: int = 0
    lost: int = 0
    doubled: int = 0

    def after(self, lamps: Sequence[str], faces: Sequence[str]) -> "Reckoning":
        """With more votes: the faces that lamps confirmed, and those that the disk kept."""
        lost = sum((Counter(lamps) - Counter(faces)).values())
        return self._replace(
            confirmed=self.confirmed + len(lamps),
            stored=self.stored + len(faces),
            unseen=self.unseen + len(faces) - len(lamps) + lost,
            lost=self.lost + lost,
        )

    def in_ledger(self, votes: Sequence[Identity], rows: Sequence[Identity]) -> "Reckoning":
        """With what came to the collector: `votes` of the kiosk, `rows` of the ledger."""
        return self._replace(
            lost=self.lost + len(set(votes) - set(rows)), doubled=len(rows) - len(set(rows))
        )

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in self._asdict().items())
