"""Each part of a technician's check: what it finds, and what it says to do."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.ballot import Ballot
from kiosk.check import board, disk, network
from kiosk.check.key import key
from kiosk.check.line import Line, exit_code, fine, trouble, untried
from kiosk.check.testvote import vote
from kiosk.chips import Chip
from kiosk.config import BrokerSection
from kiosk.crash import never
from kiosk.epochs import Epochs
from kiosk.machine import Machine
from kiosk.succession import latest_place, open_latest
from kiosk.wire import Moment
from tests.bench import HandClock, settings
from tests.brokers import HOST, Mosquitto, free_port
from tests.certificates import certificates
from tests.mounts import tmpfs
from tests.notrun import not_run

SILENT = Machine(None, None, None, None)
DAY = 86_400


def slow(seconds: float) -> Callable[[], float]:
    """A clock by which everything takes so long."""
    now = iter(range(1000))
    return lambda: seconds * next(now)


# ---------------------------------------------------------------- how it ends


def test_what_is_wrong_comes_before_what_was_not_tried() -> None:
    well, wrong, later = fine("a", ""), trouble("b", "", ""), untried("c", "", "")
    assert exit_code([well]) == 0
    assert exit_code([well, later, wrong]) == 1
    assert exit_code([later, well]) == 2


# ---------------------------------------------------------------- key


@pytest.fixture
def epochs(tmp_path: Path) -> Epochs:
    return Epochs(tmp_path / "epochs")


def test_a_card_without_a_key(epochs: Epochs) -> None:
    line = key(epochs)
    assert (line.ok, line.said) == (False, "there is none yet")
    assert not epochs.root.exists()


def test_a_key_that_is_the_panels_alone(epochs: Epochs) -> None:
    latest_place(epochs, "uji-01")
    assert key(epochs).ok


def test_a_key_that_others_may_read(epochs: Epochs) -> None:
    file = latest_place(epochs, "uji-01").key
    file.chmod(0o644)
    line = key(epochs)
    assert (line.ok, line.do) == (False, f"chmod 600 {file}")


def test_a_key_that_root_has_left_behind(epochs: Epochs) -> None:
    if os.geteuid() != 0:
        not_run("only root gives files away")
    place = latest_place(epochs, "uji-01")
    os.chown(place.folder, 12345, 12345)
    assert key(epochs).do == f"chown --reference={place.folder} {place.key}"


def test_a_damaged_key(epochs: Epochs) -> None:
    latest_place(epochs, "uji-01").key.write_text("x")
    line = key(epochs)
    assert not line.ok
    assert "new key" in line.do


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


@pytest.mark.parametrize(("dbm", "ok"), [(None, True), (-60, True), (-75, True), (-76, False)])
def test_weak_wifi_is_told_with_its_number(dbm: int | None, ok: bool) -> None:
    line = board.wifi(dbm)
    assert line.ok is ok
    assert (str(dbm) in line.said) == (dbm is not None)


def test_beside_a_panel_whose_votes_wait_it_tells_for_how_long(tmp_path: Path) -> None:
    chosen, clock = settings(tmp_path), HandClock()
    epochs = Epochs(chosen.epochs)
    with epochs.alone():
        with closing(open_latest(epochs, chosen.kiosk.id, never).outbox) as outbox:
            outbox.append(Ballot("smile", "pelayanan", None, test=False), clock.now(), os.urandom)
        fresh = vote(chosen, clock)
        clock.ms += 5 * 3_600_000
        old = vote(chosen, clock)
    assert fresh.said == "the panel is running; 1 of its votes wait for a receipt"
    assert old.said == f"{fresh.said}, the oldest for 5 h"
