"""How often somebody may try to log in. Kept in memory: a restart forgets, and says so here."""

from collections import deque
from threading import Lock
from typing import Final

KEYS: Final = 10_000  # so many are remembered before the stale ones are swept out


class Attempts:
    """At most `most` attempts per key within `window` seconds; a success takes its own back."""

    def __init__(self, most: int, window: float) -> None:
        self._most = most
        self._window = window
        self._at: dict[str, deque[float]] = {}
        self._lock = Lock()

    def begin(self, key: str, now: float) -> float:
        """0 and the attempt is counted, or the seconds to wait and it is not.

        Counted before the password is checked: many requests at once gain nothing.
        """
        with self._lock:
            past = self._recent(key, now)
            if len(past) >= self._most:
                return past[0] + self._window - now
            past.append(now)
            return 0.0

    def succeeded(self, key: str) -> None:
        with self._lock:
            if self._at.get(key):
                self._at[key].pop()

    @property
    def known(self) -> int:
        """How many keys are remembered."""
        return len(self._at)

    def _recent(self, key: str, now: float) -> deque[float]:
        if len(self._at) >= KEYS:
            self._at = {key: past for key, past in self._at.items() if self._fresh(past, now)}
        past = self._at.setdefault(key, deque())
        while past and not past[0] + self._window > now:
            past.popleft()
        return past

    def _fresh(self, past: deque[float], now: float) -> bool:
        return bool(past) and past[-1] + self._window > now


class Gate:
    """The limits at the door: for one name from one address, for the address, and for codes."""

    SECONDS: Final = 15 * 60
    PER_NAME: Final = 5
    PER_ADDRESS: Final = 50  # a whole office may share one address

    def __init__(self) -> None:
        self._names = Attempts(self.PER_NAME, self.SECONDS)
        self._codes = Attempts(self.PER_NAME, self.SECONDS)
        self._addresses = Attempts(self.PER_ADDRESS, self.SECONDS)

    def begin(self, name: str, address: str, now: float) -> float:
        """Seconds to wait; 0: the password may be checked."""
        return self._addresses.begin(address, now) or self._names.begin(f"{name} {address}", now)

    def succeeded(self, name: str, address: str) -> None:
        self._addresses.succeeded(address)
        self._names.succeeded(f"{name} {address}")

    def begin_code(self, name: str, address: str, now: float) -> float:
        """As begin, for a code. From all addresses together: who is asked for one had the password
        right, so that nobody else can be locked out by it."""
        return self._addresses.begin(address, now) or self._codes.begin(name, now)

    def code_succeeded(self, name: str, address: str) -> None:
        self._addresses.succeeded(address)
        self._codes.succeeded(name)
