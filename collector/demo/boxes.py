"""The live kiosks of the demo: the real firmware, each a process with its own data and key."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from collector.broker import LOOPBACK
from collector.demo.public import Scale
from collector.errors import CollectorError
from collector.index.scales import SCALES
from collector.ledger.comparing import Row
from collector.programs import program
from collector.supervise import Command
from kiosk import keys, wire
from kiosk.epochs import Epochs
from kiosk.succession import latest_place

SETTLE_MS: Final = 3000
SHORTEST_SETTLE_MS: Final = 500  # the kiosk's own lower limit
DRAIN_SECONDS: Final = 20
READERS: Final = 4
GRACE_SECONDS: Final = DRAIN_SECONDS + 10.0


class BoxError(CollectorError, RuntimeError):
    """A simulated kiosk did not do what it was asked."""


class Pace(NamedTuple):
    """How fast people come: seconds between presses, and how much faster than in life."""

    every: float = 20.0
    speed: float = 1.0

    @property
    def mean(self) -> float:
        return self.every / self.speed

    @property
    def settle_ms(self) -> int:
        return max(SHORTEST_SETTLE_MS, round(SETTLE_MS / self.speed))


LIFE: Final = Pace()


@dataclass(frozen=True)
class Box:
    """One simulated kiosk; `run_dir` is short, for a UNIX socket's path has at most 107 bytes."""

    kiosk: str
    counter: str
    folder: Path
    run_dir: Path
    scale: Scale = "smiley-3"

    @property
    def config(self) -> Path:
        return self.folder / "kiosk.toml"

    @property
    def lamps(self) -> Path:
        """What a citizen saw in this run, a line for each signal."""
        return self.folder / "lamps.jsonl"

    @property
    def said(self) -> Path:
        """What the processes of this run said at their end."""
        return self.folder / "said.jsonl"

    def public_key(self) -> str:
        """Of the epoch in use; the first is begun when there is none."""
        place = latest_place(Epochs(self.folder / "epochs"), self.kiosk)
        return keys.load(place.key).public

    def epoch(self) -> str:
        return wire.fingerprint(self.public_key())

    def configure(self, collector_key: str, broker_port: int, pace: Pace) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            f"[kiosk]\nid = {json.dumps(self.kiosk)}\ndata_dir = {json.dumps(str(self.folder))}\n"
            f"run_dir = {json.dumps(str(self.run_dir))}\n"
            f'[collector]\nkey = "{collector_key}"\n'
            f'[broker]\nhost = "{LOOPBACK}"\nport = {broker_port}\n'
            f"[panel]\nsettle_ms = {pace.settle_ms}\nfaces = {json.dumps(SCALES[self.scale])}\n",
            encoding="utf-8",
        )
        for file in (self.lamps, self.said):
            file.unlink(missing_ok=True)

    def child(self, seed: int, pace: Pace) -> Command:
        """The kiosk with its public."""
        return self._simulate("--seed", str(seed), "--every", f"{pace.mean:g}")

    def sender(self) -> Command:
        """The kiosk without a public: it sends what it has, and ends."""
        return self._simulate("--for", "0")

    def _simulate(self, *options: str) -> Command:
        command = [
            *self._command("simulate"),
            *options,
            *("--drain", str(DRAIN_SECONDS), "--lamp-log", str(self.lamps), "--json"),
        ]
        return Command(self.kiosk, command, self.said, self.folder / "log")

    def committed(self) -> list[Row]:
        """The votes that the kiosk has on its disk, read by its own command."""
        if Epochs(self.folder / "epochs").latest() is None:
            return []
        command = [*self._command("outbox"), "--json"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise BoxError(f"{self.kiosk}: its outbox cannot be read: {answer.stderr[-500:]}")
        outbox: Mapping[str, Any] = json.loads(answer.stdout)
        return [Row(outbox["epoch"], vote["seq"], vote["time"]) for vote in outbox["votes"]]

    def _command(self, name: str) -> list[str]:
        return [program("senyum-kiosk"), name, "--config", str(self.config)]


def committed(boxes: Sequence[Box]) -> dict[str, list[Row]]:
    """What each kiosk has committed; some are asked side by side."""
    with ThreadPoolExecutor(READERS) as pool:
        rows = pool.map(Box.committed, boxes)
        return {box.kiosk: found for box, found in zip(boxes, rows, strict=True)}


def pressed(boxes: Sequence[Box]) -> int:
    """Presses in this run, as the kiosks told at their end."""
    lines = [line for box in boxes for line in _lines(box.said)]
    return sum(int(json.loads(line)["pressed"]) for line in lines)


class Lamps:
    """Counts what citizens were told: how often a lamp said that a vote is counted.

    Remembers how far each log is read, so that it may be asked again and again.
    """

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._read = {box.lamps: 0 for box in boxes}
        self._confirmed = 0

    def confirmed(self) -> int:
        for file in self._read:
            self._confirmed += self._more(file).count(b'"counted"')
        return self._confirmed

    def _more(self, file: Path) -> bytes:
        """The whole lines that were added since."""
        if not file.exists():
            return b""
        with file.open("rb") as opened:
            opened.seek(self._read[file])
            whole, newline, _ = opened.read().rpartition(b"\n")
        self._read[file] += len(whole + newline)
        return whole


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
