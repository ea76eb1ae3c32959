"""What a kiosk writes to its card: nothing while idle, and so many bytes for each vote.

Counted where it counts, at the block device beneath a file system of the test's own.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bench import settings
from tests.brokers import Mosquitto
from tests.daemons import Process, mock, real
from tests.mounts import require_mounts, run
from tests.powercut import loops_of, mounted

SECTOR = 512
SIZE = "48M"
VOTES = 5
MOST_PER_VOTE = 40_000  # bytes; seen: docs/firmware.md

# A finger that pushes the first button for each file that the test makes.
FINGER = """
import itertools, threading, time
pins = MockFactory(pin_class=MockPWMPin)
app.real_pins = app_panel.real_pins = lambda: pins
def push():
    for number in itertools.count():
        while not Path({folder!r}, f"push-{{number}}").exists():
            time.sleep(0.02)
        pins.pin(5).drive_low()
        time.sleep(0.2)
        pins.pin(5).drive_high()
threading.Thread(target=push, daemon=True).start()
"""


class Card(NamedTuple):
    image: Path
    folder: Path

    def written(self) -> int:
        """Bytes since it was put in, all that waits in memory included."""
        run("sync", "--file-system", str(self.folder))
        loop = loops_of(self.image).partition(":")[0]
        stat = Path("/sys/block", Path(loop).name, "stat").read_text().split()
        return int(stat[6]) * SECTOR


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Card]:
    require_mounts()
    card = Card(tmp_path / "card.img", tmp_path / "data")
    run("truncate", "--size", SIZE, str(card.image))
    # All at once: the kernel would else go on making the file system for a minute.
    later = "lazy_itable_init=0,lazy_journal_init=0"
    run("mkfs.ext4", "-q", "-F", "-E", later, str(card.image))
    with mounted(card.image, card.folder, "loop,noatime"):
        yield card


@contextmanager
def kiosk(folder: Path, broker: Mosquitto) -> Iterator[None]:
    """Panel and uplink as systemd runs them, with a watchdog that asks."""
    settings(folder, settle_ms=500)
    file = folder / "kiosk.toml"
    file.write_text(file.read_text() + f"[broker]\nport = {broker.port}\n")
    (folder / "ears").mkdir()
    (folder / "ears/uplink").mkdir()
    panel = mock("panel", file, FINGER.format(folder=str(folder)))
    processes = [
        Process(panel, folder / "ears", WATCHDOG_USEC="30000000"),
        Process(real("uplink", file), folder / "ears/uplink", WATCHDOG_USEC="30000000"),
    ]
    try:
        yield
    finally:
        for process in processes:
            process.close()


def said(broker: Mosquitto, kind: str) -> int:
    """How many messages of a kind have come to the broker."""
    return broker.log.read_text().count(f"'senyum/1/dukcapil-01/{kind}'")


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_an_idle_kiosk_writes_nothing_and_a_vote_writes_little(
    card: Card, tmp_path: Path, mosquitto: Mosquitto
) -> None:
    with kiosk(tmp_path, mosquitto):
        until(lambda: said(mosquitto, "health") >= 1, 30)
        before = card.written()
        until(lambda: said(mosquitto, "health") >= 2, 75)
        assert card.written() == before, "something is written while nothing happens"
        for number in range(VOTES):
            (tmp_path / f"push-{number}").touch()
            time.sleep(1)
        each = (card.written() - before) / VOTES
    print(f"written per vote: {each / 1000:.1f} kB")
    assert 4096 < each < MOST_PER_VOTE
