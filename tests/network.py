"""A network of three machines in one: kiosk – broker – collector, each in a namespace of its own.

Nothing of it is reachable from outside, and it ends with the process that made it. Faults are
rules of the kernel: what is dropped is dropped without a word to either side.

with Network() as network:
    network.inside("kiosk")            # words before a command that is to run there
    network.drop("kiosk", "broker")    # one way
    network.heal()
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Final, Self

from tests.mounts import run
from tests.notrun import not_run

CLONE_NEWNET: Final = 0x40000000
PROGRAMS: Final = ("unshare", "nsenter", "setpriv", "ip", "iptables", "tc", "ss")
ADDRESSES: Final = {"kiosk": "10.77.1", "collector": "10.77.2"}  # .1 is the broker's end
READY_SECONDS: Final = 10.0


class Namespace:
    """A network stack of its own, held by a process that dies with ours."""

    def __init__(self) -> None:
        holder = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "infinity"]
        self._holder = subprocess.Popen(holder, stderr=subprocess.DEVNULL)
        self.pid = self._holder.pid
        ours = network_of("self")
        deadline = time.monotonic() + READY_SECONDS
        while network_of(self.pid) == ours:
            if self._holder.poll() is not None or time.monotonic() > deadline:
                not_run("no network namespaces of our own; be root")
            time.sleep(0.01)
        self.run("ip", "link", "set", "lo", "up")

    @property
    def inside(self) -> list[str]:
        return ["nsenter", "--net", "--target", str(self.pid), "--"]

    def run(self, *command: str) -> None:
        run(*self.inside, *command)

    def connect(self, host: str, port: int) -> socket.socket:
        """A TCP connection of ours that begins in there. A thread may go where we stay away."""
        opened: list[socket.socket | OSError] = []

        def enter() -> None:
            try:
                _enter(self.pid)
                opened.append(socket.create_connection((host, port), timeout=2))
            except OSError as error:
                opened.append(error)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if isinstance(opened[0], OSError):
            raise opened[0]
        return opened[0]

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()


def network_of(process: int | str) -> str:
    return str(Path(f"/proc/{process}/ns/net").readlink())


def _enter(pid: int) -> None:
    """This thread goes into the network of `pid` (os.setns comes with Python 3.12)."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/proc/{pid}/ns/net").open("rb") as place:
        if libc.setns(place.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "cannot enter the network namespace")


class Network:
    """Two cables, from the kiosk and from the collector to the broker."""

    def __init__(self) -> None:
        places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
        missing = [name for name in PROGRAMS if shutil.which(name, path=places) is None]
        if missing:
            not_run(f"not installed: {', '.join(missing)}")
        self._places: dict[str, Namespace] = {}

    def __enter__(self) -> Self:
        for name in ("broker", *ADDRESSES):
            self._places[name] = Namespace()
        for name in ADDRESSES:
            self._plug(name)
        return self

    def __exit__(self, *_exception: object) -> None:
        for place in self._places.values():
            place.close()

    def _plug(self, name: str) -> None:
        broker, other = self._places["broker"], self._places[name]
        run(
            *broker.inside, "ip", "link", "add", name, "type", "veth",
            "peer", "name", "broker", "netns", str(other.pid),
        )  # fmt: skip
        for place, port, number in ((broker, name, 1), (other, "broker", 2)):
            place.run("ip", "address", "add", f"{ADDRESSES[name]}.{number}/24", "dev", port)
            place.run("ip", "link", "set", port, "up")

    def inside(self, name: str) -> list[str]:
        return self._places[name].inside

    def host(self, name: str) -> str:
        """The broker's address as `name` sees it."""
        return f"{ADDRESSES[name]}.1"

    def connect(self, port: int) -> socket.socket:
        """To the broker, from beside it."""
        return self._places["broker"].connect("127.0.0.1", port)

    # ------------------------------------------------------------ faults

    def drop(self, sender: str, receiver: str, *which: str) -> None:
        """Whatever `sender` sends to `receiver` is lost, or what iptables' words `which` match."""
        self._places[receiver].run(
            "iptables", "--append", "INPUT", "--in-interface", sender, *which, "--jump", "DROP"
        )

    def lose(self, name: str, share: float) -> None:
        """So many packets between `name` and the broker are lost by chance, each way."""
        chance = ("--match", "statistic", "--mode", "random", "--probability", str(share))
        self.drop(name, "broker", *chance)
        self.drop("broker", name, *chance)

    def narrow(self, name: str, rate: str) -> None:
        """A slow cable, each way; `rate` as tc says it: 64kbit."""
        for place, port in (("broker", name), (name, "broker")):
            self._places[place].run(
                "tc", "qdisc", "replace", "dev", port, "root", "tbf",
                "rate", rate, "burst", "4kb", "latency", "2s",
            )  # fmt: skip

    def unplug(self, name: str) -> None:
        self._places[name].run("ip", "link", "set", "broker", "down")

    def plug_in(self, name: str) -> None:
        self._places[name].run("ip", "link", "set", "broker", "up")

    def forget(self, name: str) -> None:
        """Every connection that `name` has now is dead, and nobody is told; new ones work."""
        ports = self._ports(name)
        assert ports, f"{name} is not connected"
        for port in ports:
            self.drop("broker", name, "--protocol", "tcp", "--dport", port)
            self.drop(name, "broker", "--protocol", "tcp", "--sport", port)

    def _ports(self, name: str) -> list[str]:
        command = [*self.inside(name), "ss", "-Htn", "state", "established"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split()[2].rpartition(":")[2] for line in lines.splitlines()]

    def heal(self) -> None:
        for place in self._places.values():
            place.run("iptables", "--flush")
