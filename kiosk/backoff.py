"""How long to wait before the next try: longer and longer, and never all kiosks at once."""

from collections.abc import Callable


class Backoff:
    """Full jitter: a random share of a ceiling that doubles with each failure.

    `random` gives numbers in [0, 1). A broker that comes back to 300 kiosks meets them spread out.
    """

    def __init__(self, random: Callable[[], float], floor: float = 1.0, top: float = 60.0) -> None:
        self._random = random
        self._floor = floor
        self._top = top
        self._ceiling = floor

    def failed(self) -> float:
        """Seconds to wait now, after one more failure."""
        wait = self._random() * self._ceiling
        self._ceiling = min(self._top, self._ceiling * 2)
        return wait

    def worked(self) -> None:
        """Begin anew: the next failure is the first."""
        self._ceiling = self._floor
