"""The settings in force: those told from afar, else those of the kiosk's own file."""

from typing import Final

from kiosk import lighting
from kiosk.config import Config
from kiosk.remote import Remote
from kiosk.retention import DAY_MS, KEEP_MS
from kiosk.wire import Moment

FULL: Final = 100  # percent


class InForce:
    def __init__(self, own: Config, remote: Remote) -> None:
        self._own = own
        self._remote = remote

    @property
    def question(self) -> str:
        told = self._remote.settings
        return self._own.panel.question if told is None else told.question

    @property
    def settle_ms(self) -> int:
        told = self._remote.settings
        return self._own.panel.settle_ms if told is None else told.settle_ms

    @property
    def keep_ms(self) -> int:
        """How long a vote stays after its receipt."""
        told = self._remote.settings
        return KEEP_MS if told is None else told.keep_days * DAY_MS

    @property
    def log_level(self) -> str:
        told = self._remote.settings
        return "INFO" if told is None else told.log_level.upper()

    def brightness(self, now: Moment) -> int:
        """Of the lamps, percent."""
        told = self._remote.settings
        return FULL if told is None else lighting.level(told, now)
