"""Each part of a technician's check: what it finds, and what it says to do."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.check import board, disk, network
from kiosk.check.line import Line
from kiosk.chips import Chip
from kiosk.config import BrokerSection
from kiosk.machine import Machine
from kiosk.wire import Moment
from tests.brokers import HOST, Mosquitto, free_port
from tests.certificates import certificates
from tests.mounts import tmpfs

SILENT = Machine(None, None, None, None)
DAY = 86_400


def slow(seconds: float) -> Callable[[], float]:
    """A clock by which everything takes so long."""
    now = iter(range(1000))
    return lambda: seconds * next(now)


# ---------------------------------------------------------------- disk


def test_a_disk_that_takes_rows(tmp_path: Path) -> None:
    line = disk.write(tmp_path, time.monotonic)
    assert line.ok
    assert line.said.startswith("a row takes ")
    assert list(tmp_path.iterdir()) == []


def test_a_slow_disk(tmp_path: Path) -> None:
    line = disk.write(tmp_path, slow(1.2))
    assert line == Line(
        "disk", False, "a row takes 1200.0 ms", "the card is worn or false: replace it"
    )


def test_a_full_disk(tmp_path: Path) -> None:
    with tmpfs(tmp_path / "full", "64k") as folder:
        with pytest.raises(OSError, match="No space"):
            (folder / "big").write_bytes(bytes(10**6))
        line = disk.write(folder, time.monotonic)
        assert (line.ok, line.do) == (False, "replace the card, or free space")
        assert not disk.room(folder).ok


def test_room_and_wear(tmp_path: Path) -> None:
    assert disk.room(tmp_path).said.endswith("MiB free")
    assert not disk.room(tmp_path / "gone").ok
    assert disk.wear(None).ok
    assert disk.wear(30) == Line("wear", True, "30 % of the card's life is used")
    assert not disk.wear(90).ok


# ---------------------------------------------------------------- board


def test_pins_need_a_pi() -> None:
    def ask(_device: Path) -> Chip:
        raise AssertionError("there is none here")

    line = board.pins(ask)
    assert not line.ok
    assert "gpiochip" in line.said


@pytest.mark.parametrize(
    ("voltage", "ok", "said"),
    [(None, True, "no detector"), ("fine", True, "never too low"), ("low", False, "too low since")],
)
def test_voltage(voltage: object, ok: bool, said: str) -> None:
    line = board.voltage(SILENT._replace(voltage=voltage))  # type: ignore[arg-type]
    assert line.ok == ok
    assert said in line.said


@pytest.mark.parametrize(("milli", "ok"), [(None, True), (79_999, True), (80_000, False)])
def test_temperature(milli: int | None, ok: bool) -> None:
    assert board.temperature(SILENT._replace(temperature=milli)).ok == ok


@pytest.mark.parametrize(("clock", "ok"), [("synced", True), ("unsynced", False)])
def test_clock(clock: object, ok: bool) -> None:
    line = board.clock(Moment(boot="3f" * 16, up=1, wall=1, clock=clock))  # type: ignore[arg-type]
    assert line.ok == ok


# ---------------------------------------------------------------- the way to the broker


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[BrokerSection]:
    files = certificates(tmp_path, "broker", "kiosk")
    lines = [f"cafile {files['ca.pem']}", f"certfile {files['broker.pem']}"]
    lines += [f"keyfile {files['broker.key']}", "require_certificate true"]
    with Mosquitto(tmp_path, *lines) as broker:
        yield BrokerSection(
            host=HOST,
            port=broker.port,
            ca_file=str(files["ca.pem"]),
            cert_file=str(files["kiosk.pem"]),
            key_file=str(files["kiosk.key"]),
        )


def names(lines: Iterator[Line]) -> list[tuple[str, bool]]:
    return [(line.name, line.ok) for line in lines]


def test_a_plain_broker_answers(mosquitto: Mosquitto) -> None:
    at = BrokerSection(host=HOST, port=mosquitto.port)
    assert names(network.way(at)) == [("name", True), ("port", True)]


def test_a_broker_that_is_not_there_ends_the_way() -> None:
    at = BrokerSection(host=HOST, port=free_port(), ca_file="x")
    *_, last = network.way(at)
    assert (last.name, last.ok) == ("port", False)
    assert "Connection refused" in last.said


def test_a_name_that_nobody_knows_ends_the_way() -> None:
    (line,) = network.way(BrokerSection(host="broker.invalid", port=1883))
    assert (line.name, line.ok) == ("name", False)
    assert "broker.invalid" in line.said


def test_a_certificate_says_how_long_it_holds(certified: BrokerSection) -> None:
    """The test's certificates hold for a day."""
    *_, line = network.way(certified, lambda: time.time() - 90 * DAY)
    assert (line.name, line.ok) == ("tls", True)
    *_, line = network.way(certified)
    assert not line.ok
    assert line.do.startswith("only 0 days")


def test_a_broker_of_another_authority_is_not_trusted(
    certified: BrokerSection, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = certificates(tmp_path / "other")["ca.pem"]
    at = BrokerSection(host=HOST, port=certified.port, ca_file=os.fspath(other))
    *_, line = network.way(at)
    assert (line.name, line.ok) == ("tls", False)
    assert "certificate" in line.said
