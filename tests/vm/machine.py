"""One virtual machine: power on, press, look, run a command in it, pull the plug."""

import atexit
import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final, Self

from tests.vm.image import HERE, Image
from tests.vm.line import Line, Message

# An instruction takes 2 ** 2 ns of the machine's own time, however busy the host is: a slow host
# makes the machine slow to watch, and lets no timeout in it pass.
OWN_TIME: Final = ("-icount", "shift=2")
# Of the host's time. 20 s are usual, but on a busy host it may be thirty times as long.
BOOT_SECONDS: Final = 900.0
ANSWER_SECONDS: Final = 300.0
PATIENCE: Final = 120.0  # of the machine's
GUEST_BROKER: Final = "10.0.2.100"
GUEST_PORT: Final = 1883


class Machine:
    """A kiosk's computer over the disk `data`, which outlives it.

    `seen` grows with each state of lamps and buzzer, unless `eye` is to take it. `broker_port` is
    the one thing outside that it reaches. `data_writes` are the writes to `data` that it is given
    in a second of the host. `more` are further words for QEMU.
    """

    def __init__(
        self,
        image: Image,
        data: Path,
        *,
        broker_port: int | None = None,
        root_writable: Path | None = None,
        data_writes: int | None = None,
        more: Sequence[str] = (),
    ) -> None:
        self.seen: list[Message] = []
        self.eye: Callable[[Message], None] = self.seen.append
        self.console = data.with_suffix(".console")
        self._image = image
        self._data = data
        self._broker_port = broker_port
        self._root = root_writable
        self._data_writes = data_writes
        self._more = more
        self._ids = count(1)
        self._answers: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._boots: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.power_on()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.cut_power()

    # ------------------------------------------------------------ power

    def power_on(self) -> None:
        # Short: a UNIX socket's path has at most 107 bytes.
        self._sockets = tempfile.TemporaryDirectory(prefix="senyum-vm-")
        folder = Path(self._sockets.name)
        with self.console.with_suffix(".qemu").open("ab") as log:
            self._process = subprocess.Popen(self._command(folder), stdout=log, stderr=log)
        atexit.register(self._process.kill)
        self._hand = Line(folder / "hand", self._hear)
        self._eye = Line(folder / "eye", self._look)

    def _command(self, sockets: Path) -> list[str]:
        return [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=single", "-cpu", "max",
            *OWN_TIME, "-m", "320", "-display", "none", "-nodefaults",
            "-kernel", str(self._image.kernel), "-initrd", str(self._image.initramfs),
            "-append", f"console=ttyS0 quiet panic=-1{' rw' if self._root else ''}",
            "-serial", f"file:{self.console}",
            "-serial", f"unix:{sockets}/hand,server=on,wait=off",
            "-serial", f"unix:{sockets}/eye,server=on,wait=off",
            *self._disks(), *self._network(), *self._more,
        ]  # fmt: skip

    def _disks(self) -> list[str]:
        if self._root is not None:
            root = f"file={self._root},format=raw"
        else:
            root = f"file={self._image.disk},format=raw,readonly=on"
        limit = f",throttling.iops-write={self._data_writes}" if self._data_writes else ""
        return [
            "-drive", f"{root},if=none,id=root", "-device", "virtio-blk-pci,drive=root",
            "-drive", f"file={self._data},format=raw,if=none,id=data{limit}",
            "-device", "virtio-blk-pci,drive=data",
        ]  # fmt: skip

    def _network(self) -> list[str]:
        if self._broker_port is None:
            return []
        carry = f"{sys.executable} {HERE / 'carry.py'} {self._broker_port}"
        way = f"guestfwd=tcp:{GUEST_BROKER}:{GUEST_PORT}-cmd:{carry}"
        return [
            "-netdev", f"user,id=net,restrict=on,{way}", "-device", "virtio-net-pci,netdev=net",
        ]  # fmt: skip

    def unplug(self) -> None:
        """At once: what the machine had only in memory is gone. From any thread."""
        assert self._process is not None
        self._process.kill()

    def cut_power(self) -> None:
        """Unplug it, if it is on, and clear away what is left of it here."""
        if self._process is not None:
            self.unplug()
            self._gone()

    def shut_down(self) -> None:
        assert self._process is not None
        self._hand.send({"id": next(self._ids), "run": "systemctl poweroff"})
        self._process.wait(ANSWER_SECONDS)
        self._gone()

    def _gone(self) -> None:
        assert self._process is not None
        self._process.wait()
        atexit.unregister(self._process.kill)
        self._hand.close()
        self._eye.close()
        self._sockets.cleanup()
        self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the machine is off"
        return self._process.pid

    # ------------------------------------------------------------ what a person does with it

    def wait_until_booted(self) -> str:
        """The boot's id, as soon as the machine listens to us."""
        try:
            return self._boots.get(timeout=BOOT_SECONDS)
        except queue.Empty:
            raise AssertionError(f"it did not boot:\n{self.last_words()}") from None

    def last_words(self) -> str:
        return self.console.read_text(errors="replace")[-3000:]

    def press(self, face: str, ms: int = 80) -> None:
        """Until the button is up again."""
        self._ask({"press": face, "ms": ms})

    def run(self, command: str) -> str:
        """Standard output of a shell's `command`, which must succeed."""
        answer = self._ask({"run": command})
        assert answer["status"] == 0, f"{command}: {answer['out']}{answer['err']}"
        return str(answer["out"]).strip()

    def wait_for(self, what: str, command: str, wanted: str, seconds: float = PATIENCE) -> float:
        """Until `command` prints `wanted`; the seconds that it took, by the machine's clock."""
        began = self.uptime()
        while (found := self.run(f"{command} || true")) != wanted:
            if self.uptime() - began > seconds:
                raise NotWithin(f"not within {seconds} s: {what}; {command} says {found!r}")
            self.run("sleep 0.5")
        return self.uptime() - began

    def uptime(self) -> float:
        """Seconds since it booted."""
        return float(self.run("cat /proc/uptime").split()[0])

    def _ask(self, request: Message) -> Message:
        number = next(self._ids)
        deadline = time.monotonic() + ANSWER_SECONDS
        self._hand.send({"id": number, **request})
        while self._is_on() and time.monotonic() < deadline:
            with suppress(queue.Empty):
                answer = self._answers.get(timeout=0.5)
                if answer["id"] == number:
                    return answer
        raise MachineGone(f"no answer to {request}:\n{self.last_words()}")

    def _is_on(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _look(self, message: Message) -> None:
        self.eye(message)

    def _hear(self, message: Message) -> None:
        if "boot" in message:
            self._boots.put(message["boot"])
        else:
            self._answers.put(message)


class MachineGone(AssertionError):
    """The machine does not answer any more."""


class NotWithin(AssertionError):
    """Something that should happen in the machine did not, in all the time that it had."""
