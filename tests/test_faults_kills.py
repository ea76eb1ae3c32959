"""Brokers that come back with less than they had, and everything killed at once."""

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.accounts import Account
from tests.brokers import Broker, BrokerDied, Mosquitto, Nats
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PRESSING = ("--every", "0.3", "--for", "3600")
HARMS = 12
TOGETHER = 100


def keeping(folder: Path) -> Broker:
    """Mosquitto as a deployment runs it: what it holds is on its disk, at once."""
    return Mosquitto(folder, "persistence true", "autosave_on_changes true", "autosave_interval 1")


BROKERS: list[Callable[[Path], Broker]] = [keeping, Nats]


# ---------------------------------------------------------------- F3, F4


def files_of(broker: Broker) -> list[Path]:
    return sorted(file for file in broker.store.rglob("*") if file.is_file())


def delete_one(broker: Broker, dice: Random) -> None:
    if files := files_of(broker):
        dice.choice(files).unlink()


def truncate_one(broker: Broker, dice: Random) -> None:
    if files := files_of(broker):
        file = dice.choice(files)
        with file.open("r+b") as opened:
            opened.truncate(dice.randrange(file.stat().st_size + 1))


def damage_one(broker: Broker, dice: Random) -> None:
    """Some bytes in the middle are others."""
    files = [file for file in files_of(broker) if file.stat().st_size > 0]
    if files:
        file = dice.choice(files)
        with file.open("r+b") as opened:
            opened.seek(dice.randrange(file.stat().st_size))
            opened.write(dice.randbytes(64))


def lose_sessions(broker: Broker, _dice: Random) -> None:
    broker.wipe()


def start_with_what_is_left(broker: Broker) -> None:
    """If its store is beyond repair: with nothing, as an operator would."""
    try:
        broker.start()
    except BrokerDied:
        broker.kill()
        shutil.move(broker.store, broker.folder / f"aside-{time.monotonic_ns()}")
        broker.start()


@pytest.mark.long
@pytest.mark.fault(3, 4, how="kill -9, then its files harmed, 12 times while kiosks are pressed")
@pytest.mark.parametrize("harm", [delete_one, truncate_one, damage_one, lose_sessions])
@pytest.mark.parametrize("make", BROKERS)
def test_whatever_becomes_of_a_brokers_files_no_vote_is_lost(
    make: Callable[[Path], Broker],
    harm: Callable[[Broker, Random], None],
    account: Account,
    tmp_path: Path,
) -> None:
    with make(tmp_path) as broker, Whole(tmp_path, broker, 2) as whole:
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        for _ in range(HARMS):
            time.sleep(account.dice.uniform(0.5, 2))
            broker.kill()
            harm(broker, account.dice)
            start_with_what_is_left(broker)
        for name in whole.names:
            whole.kill_kiosk(name)
        account.settle(whole)


# ---------------------------------------------------------------- F5


@pytest.mark.long
@pytest.mark.fault(5, how="kill -9 of kiosks, broker and collector at one moment, 100 times")
def test_all_may_be_killed_together(account: Account, tmp_path: Path) -> None:
    with keeping(tmp_path) as broker, Whole(tmp_path, broker, 2) as whole:
        for _ in range(TOGETHER):
            for name in whole.names:
                whole.start_kiosk(name, *PRESSING)
            wait_for_any_moment(whole, account.dice)
            kill_all(whole, broker, account.dice)
            broker.start()
            whole.start_collector()
        account.settle(whole)


def wait_for_any_moment(whole: Whole, dice: Random) -> None:
    """While everything starts, or while votes are on their way."""
    if dice.random() < 0.7:
        then = lights(whole)
        until("another light", lambda: lights(whole) > then, 60)
    time.sleep(dice.uniform(0, 1.5))


def lights(whole: Whole) -> int:
    return sum(whole.shown(name, "counted") for name in whole.names)


def kill_all(whole: Whole, broker: Broker, dice: Random) -> None:
    """As fast as one process can kill, in any order."""
    kiosks = [partial(whole.kill_kiosk, name) for name in whole.names]
    for kill in dice.sample([*kiosks, whole.kill_collector, broker.kill], len(kiosks) + 2):
        kill()
