"""A Debian system of a test's own, by systemd-nspawn: entered for one command, or booted.

Its mounts, its control groups and its processes are in namespaces of their own and end with it.
The loopback of one that is only entered is this machine's, so that it reaches a test's broker.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from debs import debian
from debs.errors import PackageError
from debs.target import Release

from tests.notrun import not_run

# What a kiosk or a server has before we come; with it, a package is installed without a network.
SYSTEM: Final = (
    "ca-certificates", "init-system-helpers", "python3", "systemd", "systemd-sysv",
    "systemd-timesyncd", "udev",
)  # fmt: skip
BOOT_SECONDS: Final = 60.0

# nspawn wants a tmpfs at /run and the one hierarchy of control groups, whatever this machine has.
NSPAWN: Final = """
mount -t tmpfs tmpfs /run
if ! [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  umount -R /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec systemd-nspawn --quiet --register=no --keep-unit "$@"
"""


def require_containers() -> None:
    if os.geteuid() != 0:
        not_run("containers need root")
    for program in ("mmdebstrap", "systemd-nspawn"):
        if shutil.which(program) is None:
            not_run(f"{program} is not installed; `tests/install-neighbours packages` does it")


class Container(NamedTuple):
    """A Debian system in `root`; `shared` appears in it as /shared, for reading."""

    root: Path
    shared: Path

    def run(self, *command: str, **environment: str) -> str:
        """What it prints, errors included; raises AssertionError when it fails."""
        done = self.attempt(*command, **environment)
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def attempt(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return _plain([*self._nspawn("--pipe"), *_words(environment), *command])

    @contextmanager
    def booted(self) -> Iterator["Booted"]:
        """The same system with its own systemd at work."""
        with (self.root.parent / "console").open("wb") as console:
            machine = subprocess.Popen(
                [*self._nspawn("--boot", "--private-network", "--console=read-only")],
                stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT,
            )  # fmt: skip
        leader = 0
        try:
            leader = _leader(machine)
            booted = Booted(leader)
            booted.wait_until_up()
            yield booted
        finally:
            if leader:  # its PID namespace ends with it, and nspawn after that; not the other way
                os.kill(leader, signal.SIGKILL)
            else:
                machine.kill()
            machine.wait(30)

    def path(self, name: str) -> Path:
        return self.root / name.lstrip("/")

    def _nspawn(self, *options: str) -> list[str]:
        where = [f"--directory={self.root}", f"--bind-ro={self.shared}:/shared"]
        return [
            "unshare", "--mount", "--propagation=private", "sh", "-ec", NSPAWN, "nspawn",
            *where, *options,
        ]  # fmt: skip


class Booted(NamedTuple):
    leader: int  # the PID of its systemd, as this machine sees it

    def run(self, *command: str) -> str:
        done = self.attempt(*command)
        assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def attempt(self, *command: str) -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", f"--target={self.leader}", "--all", "--wd=/"]
        return _plain([*enter, *_words({}), *command])

    def wait_until_up(self) -> None:
        until = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < until:
            state = self.attempt("systemctl", "is-system-running").stdout.strip()
            if state in ("running", "degraded"):
                return
            time.sleep(0.5)
        raise AssertionError(f"the container does not come up: {state}")


def _plain(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )


def _words(environment: dict[str, str]) -> list[str]:
    """As arguments for env, in front of a command."""
    plain = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }  # fmt: skip
    return ["/usr/bin/env", *(f"{name}={value}" for name, value in (plain | environment).items())]


def _leader(machine: subprocess.Popen[bytes]) -> int:
    """nspawn's child that is the first process of the container, once it is systemd."""
    children = Path(f"/proc/{machine.pid}/task/{machine.pid}/children")
    until = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < until and machine.poll() is None:
        for pid in map(int, children.read_text().split()):
            if _is_first(pid):
                return pid
        time.sleep(0.05)
    raise AssertionError("the container does not start")


def _is_first(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # one of those that prepare it, and ended
        return False
    return "Name:\tsystemd\n" in status and f"NSpid:\t{pid}\t1\n" in status


@contextmanager
def container(release: Release, folder: Path, *more: str) -> Iterator[Container]:
    """A fresh Debian system in `folder`, with the packages `more` beside the usual ones."""
    require_containers()
    root, shared = folder / "root", folder / "shared"
    root.mkdir()
    shared.mkdir()
    try:
        archive = debian.archive(release, (*SYSTEM, *more), "--variant=minbase")
    except PackageError as error:
        not_run(f"no Debian {release.number} system: {error}")
    subprocess.run(["tar", "-C", root, "-xf", archive], check=True, timeout=300)
    try:
        yield Container(root, shared)
    finally:
        shutil.rmtree(root, ignore_errors=True)
