"""Cables that are cut, lossy, slow or deaf: every vote arrives, once, and without a hand."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.accounts import Account
from tests.brokers import Mosquitto
from tests.network import ADDRESSES, Network
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PRESSING = ("--every", "0.3", "--for", "600")
PATIENCE = 120.0  # seconds; a courier waits up to 60 between two tries


@contextmanager
def voting(folder: Path, kiosks: int = 1) -> Iterator[tuple[Network, Whole]]:
    """Kiosks that are pressed, and whose first votes have arrived."""
    with (
        Network() as network,
        Mosquitto(folder, network=network) as broker,
        Whole(folder, broker, kiosks) as whole,
    ):
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        until("first votes", lambda: len(whole.stored()) > kiosks, PATIENCE)
        yield network, whole


def finish(whole: Whole, account: Account) -> None:
    for name in whole.names:
        whole.kill_kiosk(name)
    account.settle(whole)


def shown(whole: Whole) -> int:
    return sum(whole.shown(name, "counted") for name in whole.names)


def more_lights(whole: Whole, count: int) -> None:
    """The kiosk goes on whatever the network does."""
    then = shown(whole)
    until("more lights", lambda: shown(whole) >= then + count)


def arrives(whole: Whole) -> None:
    """A vote that is pressed from now on is stored while the kiosk runs."""
    then = shown(whole)
    until("later votes at the collector", lambda: len(whole.stored()) > then, PATIENCE)


# ---------------------------------------------------------------- F8

WAYS = [way for name in ADDRESSES for way in ((name, "broker"), ("broker", name))]
PARTITIONS = [
    [("kiosk", "broker")],
    *(pytest.param([way], marks=pytest.mark.long) for way in WAYS[1:]),
    pytest.param(WAYS, marks=pytest.mark.long),
]


def between(value: object) -> str:
    return "+".join("-".join(way) for way in value) if isinstance(value, list) else str(value)


@pytest.mark.fault(8, how="iptables DROP, one way, in network namespaces; healed while they run")
@pytest.mark.parametrize("ways", PARTITIONS, ids=between)
def test_a_partition_between_any_two_costs_nothing(
    ways: list[tuple[str, str]], account: Account, tmp_path: Path
) -> None:
    with voting(tmp_path) as (network, whole):
        for way in ways:
            network.drop(*way)
        more_lights(whole, 10)
        assert whole.outbox(whole.names[0])["queue"], "receipts still come: nothing is cut"
        network.heal()
        arrives(whole)
        finish(whole, account)


# ---------------------------------------------------------------- F9


def lossy(network: Network) -> None:
    for name in ADDRESSES:
        network.lose(name, 0.4)


def narrow(network: Network) -> None:
    for name in ADDRESSES:
        network.narrow(name, "64kbit")


@pytest.mark.fault(9, how="iptables statistic 40 %; tc tbf 64 kbit/s; both cables")
@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("worsen", [lossy, narrow])
def test_votes_arrive_through_a_bad_network(
    worsen: Callable[[Network], None], account: Account, tmp_path: Path
) -> None:
    with voting(tmp_path, kiosks=2) as (network, whole):
        worsen(network)
        whole.patience = 240.0  # TCP doubles its wait after each loss; 90 s were once too few
        more_lights(whole, 10)
        arrives(whole)
        finish(whole, account)


@pytest.mark.long
@pytest.mark.fault(9, how="ip link down and up, 20 times, on either cable")
def test_a_flapping_link_costs_nothing(account: Account, tmp_path: Path) -> None:
    with voting(tmp_path) as (network, whole):
        for _ in range(20):
            name = account.dice.choice(list(ADDRESSES))
            network.unplug(name)
            time.sleep(account.dice.uniform(0.1, 1.5))
            network.plug_in(name)
            time.sleep(account.dice.uniform(0.1, 1.5))
        arrives(whole)
        finish(whole, account)


# ---------------------------------------------------------------- F10


@pytest.mark.fault(10, how="DROP of all packets of the live connections, no FIN; new ones work")
@pytest.mark.parametrize("name", ["kiosk", pytest.param("collector", marks=pytest.mark.long)])
def test_a_connection_that_is_dead_without_a_word_is_left(
    name: str, account: Account, tmp_path: Path
) -> None:
    with voting(tmp_path) as (network, whole):
        network.forget(name)
        arrives(whole)
        finish(whole, account)
