"""What a server's timers do at night, done once beside the show: so that the page has its say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from collector.programs import program
from collector.supervise import Command, Process, end

JOBS: Final = (
    ("misuse", "run"),
    ("release", "publish"),
    ("erase",),
    ("backup",),
    ("backup", "verify"),
    ("audit", "verify"),
    ("audit", "witness"),
    ("report", "--mail"),
    ("alerts", "run"),
)


class Night:
    """The jobs, one after the other. Call `step` often; what one says goes into `log`."""

    def __init__(self, options: Sequence[str], log: Path) -> None:
        collector = program("senyum-collector")
        self._left = [
            Command(" ".join(words), [collector, *options, *words], log, log) for words in JOBS
        ]
        self._running: Process | None = None

    @property
    def over(self) -> bool:
        return not self._left and (self._running is None or self._running.poll() is not None)

    def step(self) -> None:
        busy = self._running is not None and self._running.poll() is None
        if self._left and not busy:
            self._running = self._left.pop(0).start()

    def stop(self) -> None:
        """What has not begun stays undone."""
        self._left.clear()
        if self._running is not None:
            end([self._running], grace=1.0)
