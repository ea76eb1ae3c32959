"""Does a vote correct the one that it says it replaces? Pure.

The kiosk decides which press may replace which. The collector only makes sure that a correction
reaches no further than the settle window of one citizen.
"""

from typing import Final

from collector.ledger.votes import First
from kiosk.wire import QUARTER_SECONDS, Vote

SLACK_MS: Final = 500  # between two readings of the kiosk's clock
CHORD_MS: Final = 15_000  # the test chord: its first button held up to 10 s, then both for 5 s
IN_ONE_WINDOW: Final = 4  # a window holds nothing but its first vote and what replaces it


def fault(vote: Vote, first: First | None, settle_ms: int) -> str | None:
    """Why `vote` does not correct `first`: a flag for auditors. None if it does."""
    if first is None or vote.replaces is None or vote.replaces >= vote.seq:
        return "correction-of-nothing"
    if first.corrects is not None:
        return "correction-of-correction"
    if first.test and not vote.test:
        return "correction-of-test"
    if vote.fine is None or first.boot is None or first.up_ms is None:
        return None if _close(vote, vote.replaces, first.quarter) else "correction-unproven"
    if vote.fine.boot != first.boot:
        return "correction-over-restart"
    longest = CHORD_MS if vote.test else settle_ms
    late = not 0 <= vote.fine.up - first.up_ms <= longest + SLACK_MS
    return "correction-late" if late else None


def _close(vote: Vote, replaces: int, quarter: int | None) -> bool:
    """Where the exact times are erased: is it the next vote or so, of the same quarter or so?"""
    if vote.quarter is None or quarter is None:
        return False
    near = abs(vote.quarter - quarter) <= QUARTER_SECONDS
    return near and vote.seq - replaces <= IN_ONE_WINDOW
