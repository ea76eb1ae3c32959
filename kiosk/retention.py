"""How long a card keeps what the collector has: exact times for 30 days, votes for 90.

Days are the collector's, as signed in its receipts, never the kiosk's. A clock that jumps ahead
must not empty a card, so on one day no more goes than two days brought.
"""

from typing import Final

from kiosk.outbox_file import OutboxFile

DAY_MS: Final = 86_400_000
ERASE_MS: Final = 30 * DAY_MS  # after its receipt, the exact time of a vote
KEEP_MS: Final = 90 * DAY_MS  # after its receipt, the vote
STRIDE_MS: Final = 2 * DAY_MS  # worth of receipts that may go on one day


class Retention:
    """What the receipts in `file` say of the age of votes. Times are the collector's, ms."""

    def __init__(self, file: OutboxFile) -> None:
        self._file = file

    def due(self, after: int, through: int, until_ms: int) -> int:
        """The last vote that may go today, of those after `after`; at most two days' worth."""
        return self.receipted_by(after, through, min(until_ms, self._oldest(after) + STRIDE_MS))

    def receipted_by(self, after: int, through: int, until_ms: int) -> int:
        """The last vote before the first with a later receipt: one wrong date keeps more."""
        (row,) = self._file.select(
            "SELECT coalesce(max(through), 0) FROM receipts WHERE through <"
            " coalesce((SELECT through FROM receipts WHERE through > ? AND time_ms > ?"
            " ORDER BY through LIMIT 1), ?)",
            after,
            until_ms,
            through + 1,
        )
        return int(row[0])

    def _oldest(self, after: int) -> int:
        query = "SELECT time_ms FROM receipts WHERE through > ? ORDER BY through LIMIT 1"
        rows = self._file.select(query, after)
        return int(rows[0][0]) if rows else 0
