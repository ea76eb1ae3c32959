"""What a service tells systemd, spoken over its notify socket; nothing when there is none."""

import contextlib
import os
import socket
from collections.abc import Mapping
from typing import Final

PATIENCE_S: Final = 1.0  # of whoever speaks, with a systemd that does not listen now


class Notifier:
    """READY, WATCHDOG, STATUS, STOPPING; fed by the loop that does the work, so they are true."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # '@' stands for the zero byte of an abstract socket.
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self) -> None:
        self._send("READY=1")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def status(self, words: str) -> None:
        """One line for `systemctl status`."""
        self._send(f"STATUS={' '.join(words.split())}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        with (
            # To tell systemd is a courtesy: its absence must not stop the work.
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock,
        ):
            sock.settimeout(PATIENCE_S)
            sock.sendto(state.encode(), os.fsencode(self._address))
