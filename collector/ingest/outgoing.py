"""What ingest tells kiosks without being asked: settings, retained at the broker, and commands."""

from typing import Final, NamedTuple

import msgspec
from sqlite_utils import Database

from collector.ledger import desired
from kiosk import wire
from kiosk.keys import SigningKey

LOOK_MS: Final = 2000  # between two looks into the ledger
AGAIN_MS: Final = 20_000  # a command without an answer is sent again


class Outgoing(NamedTuple):
    topic: str
    payload: bytes
    retain: bool


class Desk:
    """Knows what of this connection's was sent already; `connected` begins anew."""

    def __init__(self, db: Database, key: SigningKey) -> None:
        self._db = db
        self._key = key
        self._versions: dict[str, int] = {}
        self._commands: dict[str, int] = {}  # id → when it was sent last
        self._next_look = 0

    def connected(self) -> None:
        """A broker may have forgotten what it retained."""
        self._versions.clear()
        self._commands.clear()
        self._next_look = 0

    def due(self, now_ms: int) -> list[Outgoing]:
        if now_ms < self._next_look:
            return []
        self._next_look = now_ms + LOOK_MS
        return [*self._settings(), *self._orders(now_ms)]

    def _settings(self) -> list[Outgoing]:
        new = [
            wanted
            for wanted in desired.all_wanted(self._db)
            if self._versions.get(wanted.kiosk) != wanted.version
        ]
        self._versions |= {wanted.kiosk: wanted.version for wanted in new}
        return [self._config(wanted) for wanted in new]

    def _config(self, wanted: desired.Wanted) -> Outgoing:
        raw = msgspec.Raw(wanted.settings)
        config = wire.Config(v=1, version=wanted.version, settings=raw)
        return Outgoing(*wire.seal(wanted.kiosk, config, self._key.sign), retain=True)

    def _orders(self, now_ms: int) -> list[Outgoing]:
        waiting = [
            command
            for command in desired.open_commands(self._db, now_ms)
            if self._commands.get(command.id, 0) + AGAIN_MS <= now_ms
        ]
        self._commands |= {command.id: now_ms for command in waiting}
        return [self._command(command) for command in waiting]

    def _command(self, command: desired.Command) -> Outgoing:
        message = wire.Command(
            v=1,
            id=command.id,
            boot=command.boot,
            until=command.until_up,
            action=command.action,
        )
        return Outgoing(*wire.seal(command.kiosk, message, self._key.sign), retain=False)
