"""Real brokers for tests: started on free ports, killed hard, restarted, emptied.

with Mosquitto(tmp_path) as broker:            # keeps nothing: Mosquitto's own defaults
with Mosquitto(tmp_path, "persistence true"):  # further lines of mosquitto.conf
with Nats(tmp_path) as broker:                 # MQTT 3.1.1 over JetStream
    broker.port, broker.kill(), broker.restart(), broker.wipe()
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.network import Network
from tests.notrun import not_run

HOST = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # in a network that ends with the test
READY_SECONDS = 15.0
START_ATTEMPTS = 3  # another process may take the free port between our look and the start

# MQTT 3.1.1 CONNECT of a nameless clean session, and the kind of packet that answers it.
_CONNECT = bytes.fromhex("100c00044d5154540402003c0000")
_CONNACK = b"\x20"


class BrokerDied(AssertionError):
    """A broker ended or never answered; the message carries its log."""


def find(program: str) -> str | None:
    """The broker's path: on PATH, beside this Python, or where Debian puts daemons."""
    folders = [os.environ.get("PATH", ""), str(Path(sys.executable).parent), "/usr/sbin"]
    return shutil.which(program, path=os.pathsep.join(folders))


def require(program: str) -> None:
    """End the test as not run when the broker is not installed."""
    if find(program) is None:
        not_run(f"{program} is not installed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


class Broker:
    """One broker process with a folder of its own; the port stays over restarts."""

    program: str

    def __init__(self, folder: Path, network: Network | None = None) -> None:
        """In a `network` of the test's own it stands there, else on loopback."""
        require(self.program)
        self.network = network
        self.folder = folder / self.program
        self.store = self.folder / "store"
        self.log = self.folder / "log"
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True)
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                self.start()
                break
            except BrokerDied:
                self.kill()
                if attempt == START_ATTEMPTS:
                    raise
                self.port = free_port()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.program} is not running"
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers an MQTT connection."""
        self.store.mkdir(exist_ok=True)
        inside = self.network.inside("broker") if self.network else []
        command = [*inside, str(find(self.program)), *self.arguments()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait_until_ready(self._process)

    def arguments(self) -> list[str]:
        """Write the configuration; the command line that uses it."""
        raise NotImplementedError

    def kill(self) -> None:
        """SIGKILL, at once: what was only in memory is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(READY_SECONDS)
            self._process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def wipe(self) -> None:
        """Delete what a stopped broker has on disk: sessions and messages."""
        assert self._process is None, f"kill {self.program} before wiping its store"
        shutil.rmtree(self.store, ignore_errors=True)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise BrokerDied(f"{self.program} is not ready:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with self._connect() as connection:
                return self.is_ready(connection)
        except OSError:
            return False

    def _connect(self) -> socket.socket:
        if self.network:
            return self.network.connect(self.port)
        return socket.create_connection((HOST, self.port), timeout=2)

    @property
    def listens_on(self) -> str:
        return EVERYWHERE if self.network else HOST

    def is_ready(self, connection: socket.socket) -> bool:
        """Whoever accepts connections is ready, if there is no more to it."""
        return True


class Mosquitto(Broker):
    """Mosquitto with its defaults (nothing kept on disk) and the configuration lines given."""

    program = "mosquitto"

    def __init__(self, folder: Path, *lines: str, network: Network | None = None) -> None:
        super().__init__(folder, network)
        self._lines = lines

    def arguments(self) -> list[str]:
        config = self.folder / "mosquitto.conf"
        lines = [f"listener {self.port} {self.listens_on}", f"persistence_location {self.store}/"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it changes user and cannot write its store
        if not any(line.startswith(("allow_anonymous", "password_file")) for line in self._lines):
            lines.append("allow_anonymous true")
        config.write_text("\n".join([*lines, *self._lines, ""]))
        return ["-v", "-c", str(config)]


class Nats(Broker):
    """A NATS server that speaks MQTT 3.1.1 over JetStream, store on disk."""

    program = "nats-server"

    def arguments(self) -> list[str]:
        config = self.folder / "nats.conf"
        config.write_text(
            f'listen: "{HOST}:-1"\n'
            "server_name: senyum-test\n"
            f'jetstream {{ store_dir: "{self.store}", max_file_store: 256MB }}\n'
            f'mqtt {{ listen: "{self.listens_on}:{self.port}" }}\n'
        )
        return ["-c", str(config)]

    def is_ready(self, connection: socket.socket) -> bool:
        """It listens before its JetStream is there."""
        connection.sendall(_CONNECT)
        return connection.recv(4).startswith(_CONNACK)
