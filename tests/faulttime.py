"""A wall clock that is wrong for one process, by as much as a file says, from the next look on.

Its time since boot stays true, as on a real kiosk, whose clock is what fails.
"""

from pathlib import Path

from tests.notrun import not_run

LIBRARIES = Path("/usr/lib")
DAY = 86_400


class WrongClock:
    """Right, and known to be, until told otherwise."""

    def __init__(self, folder: Path) -> None:
        found = sorted(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"))
        if not found:
            not_run("libfaketime is not installed (apt-get install faketime)")
        self._library = found[0]
        self._file = folder / "faketime"
        self.mark = folder / "synced"  # there while the clock counts as set
        self.be(0, synced=True)

    def be(self, error_s: float, *, synced: bool) -> None:
        """From now on the clock is ahead by so many seconds."""
        if not synced:
            self.mark.unlink(missing_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{error_s:+.0f}\n")
        fresh.replace(self._file)
        if synced:
            self.mark.touch()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
        }
