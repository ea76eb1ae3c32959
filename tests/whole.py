"""A whole Kotak Senyum in one folder, made of real processes that can be killed at any moment."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kiosk import wire
from kiosk.crash import never
from kiosk.epochs import Epochs
from kiosk.succession import open_place
from tests.brokers import HOST, Broker
from tests.proxy import Proxy

BIN = Path(sys.executable).parent
QUIET_SECONDS = 90.0


class Identity(NamedTuple):
    """What makes two rows the same vote, on a kiosk and in the ledger: where it first stood."""

    epoch: str
    seq: int
    face: str
    time: str


def votes_in(ledger: Path) -> list[Identity]:
    """Every row of the ledger by where it first stood: a list, so that a repeat would show."""
    from collector.ledger.store import read_ledger

    db = read_ledger(ledger)
    rows = db.execute(
        "SELECT coalesce(origin_epoch, epoch), coalesce(origin_seq, votes.seq), face, hex(time)"
        " FROM votes JOIN epochs USING (e)"
    ).fetchall()
    db.close()
    return [Identity(epoch, seq, face, time.lower()) for epoch, seq, face, time in rows]


class Whole:
    """`kiosks` simulated kiosks, one collector, one broker, in the network of the broker."""

    def __init__(self, folder: Path, broker: Broker | Proxy, kiosks: int) -> None:
        self.folder = folder
        self.broker = broker
        self.names = [f"uji-{number:02d}" for number in range(1, kiosks + 1)]
        self.patience = QUIET_SECONDS  # a network that loses much needs more
        self._collector: subprocess.Popen[bytes] | None = None
        self._kiosks: dict[str, subprocess.Popen[bytes]] = {}
        self._starts = 0

    def __enter__(self) -> Self:
        self._write_collector_config()
        self.collector("agency", "import")
        for name in self.names:
            self.register(name)
        self.start_collector()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self._kiosks):
            self.kill_kiosk(name)
        self.kill_collector()

    def _host(self, place: str) -> str:
        """Where the broker is, seen from the place of a kiosk or of the collector."""
        return self.broker.network.host(place) if self.broker.network else HOST

    def _inside(self, name: str) -> list[str]:
        """Words before a command that is to run where `name` stands."""
        if self.broker.network is None:
            return []
        return self.broker.network.inside("collector" if name == "collector" else "kiosk")

    # ------------------------------------------------------------ the collector

    def collector(self, *words: str) -> str:
        """Run one `senyum-collector` command to its end; its standard output."""
        done = subprocess.run(
            self._collector_command(*words), check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"senyum-collector {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def _collector_command(self, *words: str) -> list[str]:
        return [str(BIN / "senyum-collector"), "--config", str(self.folder / "c.toml"), *words]

    def _write_collector_config(self) -> None:
        (self.folder / "c.toml").write_text(
            f'[collector]\ndata_dir = "{self.folder}/collector"\n'
            f'[broker]\nhost = "{self._host("collector")}"\nport = {self.broker.port}\n'
            "keepalive_s = 5\n"
        )

    def start_collector(self, crash_at: str | None = None, **environment: str) -> None:
        command = self._collector_command("ingest")
        self._collector = self._start("collector", command, crash_at, environment)

    def kill_collector(self) -> None:
        if self._collector is not None:
            _kill(self._collector)
            self._collector = None

    def collector_crashed(self, seconds: float = 30.0) -> int:
        assert self._collector is not None
        status = self._collector.wait(seconds)
        self._collector = None
        return status

    # ------------------------------------------------------------ the kiosks

    def register(self, name: str, *options: str) -> None:
        """Give a kiosk its settings and make it known; `options` are those of `kiosk add`."""
        config = self.folder / f"{name}.toml"
        # The run folder is short: a UNIX socket's path has at most 107 bytes.
        config.write_text(
            f'[kiosk]\nid = "{name}"\ndata_dir = "{self.folder}/{name}"\n'
            f'run_dir = "{self.folder}/{name}/run"\n'
            f'[broker]\nhost = "{self._host("kiosk")}"\nport = {self.broker.port}\n'
            "keepalive_s = 5\n"
            "[panel]\nsettle_ms = 500\n"
        )
        key = self._kiosk_command("key", name)
        public = subprocess.run(key, capture_output=True, text=True, check=True).stdout.split()[0]
        counter = self._any_counter()
        place = ("--counter", counter, *options)
        added = self.collector("kiosk", "add", name, "--key", public, *place)
        pinned = next(line for line in added.splitlines() if line.startswith("key = "))
        config.write_text(config.read_text() + f"[collector]\n{pinned}\n")

    def _any_counter(self) -> str:
        return "disdukcapil-1"

    def epochs(self, name: str) -> Path:
        """The folder of a kiosk's epochs: its card, as far as votes are concerned."""
        return self.folder / name / "epochs"

    def clone(self, name: str) -> str:
        """A second kiosk with a copy of the card of the first, which is not running."""
        other = f"{name}-klon"
        shutil.copytree(self.epochs(name), self.epochs(other))
        config = (self.folder / f"{name}.toml").read_text()
        moved = config.replace(f"{self.folder}/{name}", f"{self.folder}/{other}")
        (self.folder / f"{other}.toml").write_text(moved)
        self.names.append(other)
        return other

    def approve_all(self) -> int:
        """As an admin who has looked at each new epoch; how many there were."""
        kiosks = json.loads(self.collector("kiosk", "list", "--json"))
        epochs = [epoch for kiosk in kiosks for epoch in kiosk["epochs"]]
        held = [epoch["epoch"] for epoch in epochs if epoch["state"] == "held"]
        for epoch in held:
            self.collector("kiosk", "approve", epoch)
        return len(held)

    def _kiosk_command(self, command: str, name: str) -> list[str]:
        return [str(BIN / "senyum-kiosk"), command, "--config", str(self.folder / f"{name}.toml")]

    def start_kiosk(
        self, name: str, *options: str, crash_at: str | None = None, **environment: str
    ) -> None:
        """Start a simulated kiosk; each start presses other buttons than the one before."""
        self._starts += 1
        command = [*self._kiosk_command("simulate", name), *options]
        if "--timeline" not in options:
            command += ["--seed", str(self._starts)]
        command += ["--lamp-log", str(self.folder / f"{name}.lamps")]
        self._kiosks[name] = self._start(name, command, crash_at, environment)

    def is_running(self, name: str) -> bool:
        return self._kiosks[name].poll() is None

    def kill_kiosk(self, name: str) -> None:
        _kill(self._kiosks.pop(name))

    def kiosk_ended(self, name: str, seconds: float) -> int:
        return self._kiosks.pop(name).wait(seconds)

    def stop_kiosk(self, name: str) -> None:
        process = self._kiosks.pop(name)
        process.terminate()
        assert process.wait(QUIET_SECONDS) == 0, self.log(name)

    def kiosk(self, name: str, *words: str) -> str:
        """Run one `senyum-kiosk` command to its end; its standard output."""
        config = ("--config", str(self.folder / f"{name}.toml"))
        command = [str(BIN / "senyum-kiosk"), *words, *config]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def outbox(self, name: str) -> dict[str, object]:
        state: dict[str, object] = json.loads(self.kiosk(name, "outbox", "--json"))
        return state

    def shown(self, name: str, signal_name: str) -> int:
        """How often a citizen at this kiosk saw a signal."""
        log = self.folder / f"{name}.lamps"
        lines = log.read_text().splitlines() if log.exists() else []
        # A kill may cut the last line; that signal's light was on, its line was not whole.
        return sum(f'"{signal_name}"' in line for line in lines)

    # ------------------------------------------------------------ both ends compared

    def confirmed(self) -> set[Identity]:
        """Every vote that any kiosk has committed."""
        return {identity for name in self.names for identity in self._committed(name)}

    def _committed(self, name: str) -> set[Identity]:
        """In every epoch on its card."""
        found = set()
        for place in Epochs(self.epochs(name)).all():
            with closing(open_place(place, name.removesuffix("-klon"), never).outbox) as outbox:
                epoch = outbox.checkpoint.epoch
                found |= {_identity(epoch, vote) for vote in outbox.votes()}
        return found

    def stored(self) -> list[Identity]:
        return votes_in(self.folder / "collector" / "ledger.db")

    def dated(self, name: str) -> list[tuple[int, str, str, int | None, int]]:
        """Of each vote of a kiosk in the ledger, by seq: seq, face, quality, lo, hi (seconds)."""
        from collector.ledger.store import read_ledger

        db = read_ledger(self.folder / "collector" / "ledger.db")
        rows = db.execute(
            "SELECT votes.seq, face, quality, lo, hi FROM votes JOIN epochs USING (e)"
            " WHERE kiosk = ? ORDER BY votes.seq",
            (name,),
        ).fetchall()
        db.close()
        return rows

    def counted(self) -> int:
        from collector.ledger.store import read_ledger

        db = read_ledger(self.folder / "collector" / "ledger.db")
        (total,) = db.execute("SELECT coalesce(sum(n), 0) FROM counts_day").fetchone()
        db.close()
        return int(total)

    def wait_until_quiet(self, *options: str, **environment: str) -> None:
        """Run every kiosk without presses until all its votes are receipted."""
        drain = ("--for", "0", "--drain", str(int(self.patience)), *options)
        for name in self.names:
            self.start_kiosk(name, *drain, **environment)
        for name in self.names:
            assert self.kiosk_ended(name, self.patience + 30) == 0, self.log(name)
            assert self.outbox(name)["queue"] == 0, self.log(name)

    # ------------------------------------------------------------ processes

    def _start(
        self, name: str, command: list[str], crash_at: str | None, more: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **more}
        if crash_at is not None:
            environment["SENYUM_CRASH_AT"] = crash_at
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [*self._inside(name), *command]
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()[-3000:]


def _identity(epoch: str, vote: wire.Vote) -> Identity:
    at = vote.origin or wire.Origin(epoch, vote.seq)
    return Identity(at.epoch, at.seq, vote.face, vote.time)


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def until(what: str, true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until `true()` holds; fails with `what` if it never does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
