"""From a broker to committed rows: our collector, and the way tutorials do it, side by side."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.flood import Flood, packets
from collector.ledger import registry
from collector.ledger.counts import local_day
from collector.ledger.store import open_ledger
from kiosk import wire
from kiosk.keys import SigningKey
from tests.brokers import HOST, Broker

KIOSKS = 50
READY_SECONDS = 30.0
STALL_SECONDS = 60.0
BIN = Path(sys.executable).parent
TICKS = os.sysconf("SC_CLK_TCK")


class Flow(NamedTuple):
    votes: int
    votes_per_second: float
    cpu_seconds_per_100k: float


# ---------------------------------------------------------------- what is sent


def signed_batches(votes: int, a_message: int) -> tuple[list[SigningKey], list[tuple[str, bytes]]]:
    """`votes` votes of KIOSKS kiosks, `a_message` each, kiosks taking turns."""
    keys = [SigningKey(Ed25519PrivateKey.generate()) for _ in range(KIOSKS)]
    makers = [_batches(number, key, a_message) for number, key in enumerate(keys)]
    rounds = votes // (a_message * KIOSKS)
    return keys, [next(maker) for _ in range(rounds) for maker in makers]


def kiosk_name(number: int) -> str:
    return f"bench-{number:02d}"


def _batches(number: int, key: SigningKey, size: int) -> Iterator[tuple[str, bytes]]:
    kiosk, epoch = kiosk_name(number), wire.fingerprint(key.public)
    head, seq = wire.genesis(kiosk, key.public), 0
    began = int(time.time()) - 86_400
    while True:
        votes = tuple(_vote(seq + step, began) for step in range(1, size + 1))
        last = votes[-1].fine
        assert last is not None
        sent = wire.Moment(last.boot, last.up, last.wall, "synced")
        batch = wire.Votes(1, epoch, "a1" * 16, sent, head, votes)
        yield wire.seal(kiosk, batch, key.sign)
        head, seq = wire.chain(kiosk, epoch, head, votes)[-1], seq + size


def _vote(seq: int, began: int) -> wire.Vote:
    wall = (began + 4 * seq) * 1000
    fine = wire.Fine(os.urandom(16).hex(), wall, "synced", "3f" * 16, 4000 * seq)
    face = ("smile", "smile", "neutral", "frown")[seq % 4]
    return wire.Vote(
        seq=seq,
        face=face,
        question="pelayanan",
        replaces=None,
        origin=None,
        test=False,
        quarter=wall // 1000 // wire.QUARTER_SECONDS * wire.QUARTER_SECONDS,
        salt=os.urandom(16).hex(),
        time=wire.time_commitment(fine),
        fine=fine,
    )


def plain_votes(votes: int) -> list[tuple[str, bytes]]:
    """The tutorial's messages: one vote each, unsigned."""
    vote = {"face": "smile", "question": "pelayanan", "wall": 1_763_860_502_123}
    return [
        (f"tutorial/{name}/vote", json.dumps({"kiosk": name, **vote}).encode())
        for name in (kiosk_name(number % KIOSKS) for number in range(votes))
    ]


# ---------------------------------------------------------------- who receives


def ours(folder: Path, broker: Broker, votes: int, a_message: int) -> Flow:
    keys, messages = signed_batches(votes, a_message)
    config = folder / "collector.toml"
    config.write_text(
        f'[collector]\ndata_dir = "{folder}"\n[broker]\nhost = "{HOST}"\nport = {broker.port}\n'
    )
    command = [str(BIN / "senyum-collector"), "--config", str(config)]
    _run([*command, "agency", "import"])
    _register(folder / "ledger.db", keys)
    ledger = _reader(folder / "ledger.db")
    with _process([*command, "ingest"], folder / "log") as pid:
        _until_subscribed(broker)
        return _flow(broker, messages, pid, lambda: _one(ledger, "SELECT sum(seq) FROM epochs"))


def _register(ledger: Path, keys: list[SigningKey]) -> None:
    db = open_ledger(ledger)
    day = local_day(ZoneInfo("Asia/Makassar"))
    now = int(time.time())
    for number, key in enumerate(keys):
        name = kiosk_name(number)
        registry.add_kiosk(
            db, name, key.public, "disdukcapil-1", from_at=now - 172_800, day=day, now=now
        )
    db.close()


def tutorial(folder: Path, broker: Broker, votes: int) -> Flow:
    path = folder / "tutorial.db"
    messages = plain_votes(votes)
    command = [sys.executable, "-m", "bench.tutorial", HOST, str(broker.port), str(path)]
    command.append(str(votes))
    with _process(command, folder / "log") as pid:
        _until(lambda: "ready" in (folder / "log").read_text(), "the tutorial's collector is ready")
        # It says itself when it has all: a reader of its file would stop it again and again.
        said = (folder / "log").read_text
        return _flow(broker, messages, pid, lambda: votes if "stored" in said() else 0)


def _flow(
    broker: Broker, messages: list[tuple[str, bytes]], pid: int, stored: Callable[[], int]
) -> Flow:
    prepared = packets(messages)
    wanted = _votes_in(messages)
    flood = Flood(HOST, broker.port)
    cpu, began = _cpu_seconds(pid), time.monotonic()
    flood.send(prepared)
    _until(lambda: stored() >= wanted, f"all {wanted} votes are committed", STALL_SECONDS)
    seconds, used = time.monotonic() - began, _cpu_seconds(pid) - cpu
    flood.close()
    return Flow(wanted, wanted / seconds, used * 100_000 / wanted)


def _votes_in(messages: list[tuple[str, bytes]]) -> int:
    if messages[0][0].startswith("tutorial/"):
        return len(messages)
    return sum(payload.count(b'"seq":') for _, payload in messages)


# ---------------------------------------------------------------- processes and rows


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[int]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)


def _one(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0] or 0)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _until_subscribed(broker: Broker) -> None:
    """The subscriber says so in the broker's log; then the measurement may begin."""
    _until(lambda: "senyum/1/+/votes" in broker.log.read_text(), "the collector has subscribed")


def _until(true: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
