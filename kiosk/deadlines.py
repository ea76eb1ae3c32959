"""How long the uplink waits for anything, at most. Pure: the clock is handed in, in seconds.

The loop ends what is overdue, and begins anew. The watchdog asks the same question a little later:
what is still overdue then, the loop has failed to end, and only another process will.
"""

from collections.abc import Callable
from typing import Final, Literal

Wait = Literal["panel", "connect", "broker", "acknowledgement"]

LIMITS: Final[dict[Wait, float]] = {
    "panel": 180.0,  # a word of the panel, which reports every minute
    "connect": 15.0,  # from CONNECT to a subscription
    "broker": 120.0,  # any byte of the broker
    "acknowledgement": 120.0,  # of the oldest message that the broker has taken
}
GRACE: Final = 30.0  # after which the watchdog is not fed any more


class Deadlines:
    """What is being waited for, and until when."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[Wait, float] = {}

    def wait(self, what: Wait, at_least: float = 0.0) -> None:
        """From now on, for as long as LIMITS says or `at_least` so many seconds."""
        self._until[what] = self._now() + max(LIMITS[what], at_least)

    def renew(self, what: Wait, at_least: float = 0.0) -> None:
        """It has come; if it is to come again, wait anew."""
        if what in self._until:
            self.wait(what, at_least)

    def met(self, *what: Wait) -> None:
        """Nothing of it is waited for any more."""
        for each in what:
            self._until.pop(each, None)

    def overdue(self, grace: float = 0.0) -> Wait | None:
        """What should have come by now, or `grace` seconds ago; None if all is in time."""
        late = (what for what, until in self._until.items() if self._now() > until + grace)
        return next(late, None)
