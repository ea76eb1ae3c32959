"""What the firmware tells systemd over its notify socket; silence when there is none."""

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

PATIENCE_S: Final = 1.0  # of whoever speaks, with a systemd that does not listen now


class Notifier:
    """READY, WATCHDOG and STOPPING, said by the loop that does the work, so that they are true."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # '@' stands for the zero byte of an abstract socket.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_ms: int | None = int(environment.get("WATCHDOG_USEC", "0")) // 1000 or None

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        # Being heard is a courtesy: votes are taken whether or not systemd listens.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
        ):
            sock.settimeout(PATIENCE_S)
            sock.sendto(state.encode(), os.fsencode(self._address))
