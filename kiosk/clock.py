"""What time it is, twice: the wall clock, which may be wrong, and the time since boot, never."""

import time
from pathlib import Path
from typing import Final, Protocol

from kiosk import wire

# systemd-timesyncd makes this file when the clock has been set from the network. It can be read
# under ProtectClock=yes, where adjtimex() is forbidden.
TIMESYNC_MARK: Final = Path("/run/systemd/timesync/synchronized")
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Moments as the wire knows them."""

    def up(self) -> int:
        """Milliseconds since boot, time asleep included."""

    def now(self) -> wire.Moment:
        """What all clocks say now."""

    def at(self, up: int) -> wire.Moment:
        """What all clocks said at `up` of this boot, as far as can be told now."""


class SystemClock:
    """The machine's clocks. `synced`: a file that exists once the wall clock is right."""

    def __init__(self, synced: Path = TIMESYNC_MARK, boot_id: Path = BOOT_ID) -> None:
        self._synced = synced
        self._boot = boot_id.read_text().strip().replace("-", "")

    def up(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def now(self) -> wire.Moment:
        return self.at(self.up())

    def at(self, up: int) -> wire.Moment:
        ago = self.up() - up
        wall = time.time_ns() // 1_000_000 - ago
        clock: wire.ClockState = "synced" if self._synced.exists() else "unsynced"
        # A clock that starts in 1970 may put a press before the epoch; the wire has no such time.
        return wire.Moment(boot=self._boot, up=up, wall=max(0, wall), clock=clock)
