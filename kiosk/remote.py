"""Settings from afar: the last that were taken, kept on the card as the collector signed them.

A higher version takes the place of a lower one, so that a broker cannot bring old settings back.
What this firmware cannot use it reports, and keeps what it has.
"""

import logging
import os
from pathlib import Path
from typing import Final

from kiosk import wire
from kiosk.durable import sync

log = logging.getLogger("senyum.kiosk.remote")

LONGEST_WHY: Final = 64


class Remote:
    """The settings that a kiosk was told. `keys`: whose word counts."""

    def __init__(self, file: Path, kiosk: str, keys: tuple[str, ...]) -> None:
        self.version = 0
        self.settings: wire.Settings | None = None
        self.refused: int | None = None  # a higher version that cannot be used …
        self.why = ""  # … and why
        self._file = file
        self._topic = wire.topic_of(kiosk, "config")
        self._keys = keys
        self._load()

    def take(self, payload: bytes) -> bool:
        """Have the settings changed? Raises WireError for what is not the collector's word."""
        config = self._opened(payload)
        if config.version <= self.version:
            return False
        try:
            settings = wire.settings_of(config)
        except wire.Malformed as error:
            self._refuse(config.version, str(error))
            return False
        changed = settings != self.settings
        self._keep(payload)
        self._use(config.version, settings)
        return changed

    def _opened(self, payload: bytes) -> wire.Config:
        letter = wire.unseal(self._topic, payload)
        letter.verify_any(self._keys)
        if not isinstance(letter.message, wire.Config):
            raise wire.Malformed(f"{self._topic}: not settings")
        return letter.message

    def _use(self, version: int, settings: wire.Settings) -> None:
        self.version, self.settings = version, settings
        self.refused, self.why = None, ""

    def _refuse(self, version: int, why: str) -> None:
        if version != self.refused:
            log.error("settings refused version=%d why=%s", version, why)
        plain = why.encode("ascii", "replace").decode()
        self.refused, self.why = version, plain[:LONGEST_WHY]

    # ------------------------------------------------------------ on the card

    def _load(self) -> None:
        """What cannot be read is as good as never told: the broker retains it."""
        if not self._file.exists():
            return
        try:
            config = self._opened(self._file.read_bytes())
            self._use(config.version, wire.settings_of(config))
        except (OSError, wire.WireError) as error:
            log.error("settings on the card not used file=%s error=%s", self._file, error)

    def _keep(self, payload: bytes) -> None:
        """Aside, then in place by one rename. Raises OSError."""
        aside = self._file.with_suffix(".tmp")
        with aside.open("wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self._file)
        sync(self._file.parent)
