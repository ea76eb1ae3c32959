"""One button's contact, debounced: a level counts once it has been stable for long enough.

Ours and not the pin library's: its back ends mean different things by "bounce time", and its mock
ignores it.
"""


class Contact:
    """Times are milliseconds of one clock, handed in."""

    def __init__(self, debounce_ms: int, down: bool) -> None:
        self.down = down  # the level that counts
        self.since = 0  # when that level began; 0 before the first change
        self._debounce_ms = debounce_ms
        self._felt = down
        self._felt_at = 0

    def edge(self, down: bool, at: int) -> None:
        """The contact has moved. Whatever it was, stability begins anew."""
        self._felt, self._felt_at = down, at

    def due(self) -> int | None:
        """When a new level will count, if the contact rests until then."""
        return None if self._felt == self.down else self._felt_at + self._debounce_ms

    def settle(self, now: int) -> bool:
        """Let a level count that has been stable by `now`; True if that changed anything."""
        due = self.due()
        if due is None or now < due:
            return False
        self.down, self.since = self._felt, self._felt_at
        return True
