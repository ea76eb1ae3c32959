"""What the collector tells a kiosk beside receipts: settings, and commands that are obeyed once."""

import logging
from collections import deque
from pathlib import Path
from typing import Final

from kiosk import wire
from kiosk.clock import Clock
from kiosk.remote import Remote

log = logging.getLogger("senyum.kiosk.orders")

LONGEST_MEMORY: Final = 1000  # commands of one boot


class Obeyed:
    """The commands of this boot that were obeyed. `file` lies where a reboot clears it.

    A process that is restarted by a command must not be restarted by it again.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ids = set(file.read_text().split()) if file.exists() else set()

    def __contains__(self, id_: str) -> bool:
        return id_ in self._ids

    def add(self, id_: str) -> None:
        if len(self._ids) >= LONGEST_MEMORY:
            raise RuntimeError("too many commands in one boot")
        self._ids.add(id_)
        with self._file.open("a") as file:
            file.write(f"{id_}\n")


class Orders:
    """`remote` keeps the settings; commands wait in `waiting` until the kiosk is at rest."""

    def __init__(
        self, kiosk: str, keys: tuple[str, ...], remote: Remote, obeyed: Obeyed, clock: Clock
    ) -> None:
        self.remote = remote
        self.changed = remote.settings is not None  # settings that are not applied yet
        self.waiting: deque[wire.Command] = deque()
        self._config = wire.topic_of(kiosk, "config")
        self._command = wire.topic_of(kiosk, "command")
        self._keys = keys
        self._obeyed = obeyed
        self._clock = clock

    def are_for(self, topic: str) -> bool:
        return topic in (self._config, self._command)

    def take(self, topic: str, payload: bytes) -> None:
        """Raises WireError for what is not the collector's word."""
        if topic == self._config:
            self.changed |= self.remote.take(payload)
            return
        letter = wire.unseal(topic, payload)
        letter.verify_any(self._keys)
        if isinstance(letter.message, wire.Command):
            self._consider(letter.message)

    def _consider(self, command: wire.Command) -> None:
        """One of another boot, or that was obeyed, is an echo: nobody waits for its answer."""
        if command.boot != self._clock.now().boot or command.id in self._obeyed:
            return
        self._obeyed.add(command.id)
        log.warning("command action=%s id=%s", command.action, command.id[:8])
        self.waiting.append(command)

    def is_late(self, command: wire.Command) -> bool:
        return self._clock.up() > command.until
