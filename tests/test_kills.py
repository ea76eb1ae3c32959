"""Kiosk, broker and collector die at any moment; every confirmed vote is stored, once."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collector import crash as collector_crash
from kiosk import crash as kiosk_crash
from tests.accounts import Account
from tests.brokers import Broker, Mosquitto, Nats
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 60
KIOSKS = 3
PRESSING = ("--every", "0.3", "--for", "600")
CRASHED = 70


def keeps_nothing(folder: Path) -> Broker:
    return Mosquitto(folder, "persistence false")


def mosquitto_defaults(folder: Path) -> Broker:
    return Mosquitto(folder)


BROKERS: dict[str, tuple[Callable[[Path], Broker], bool]] = {
    "keeps-nothing": (keeps_nothing, True),
    "mosquitto-defaults": (mosquitto_defaults, False),
    "nats": (Nats, False),
}


@pytest.mark.fault(1, 2, 3, 4, how="kill -9 of one process after another, 60 times")
@pytest.mark.parametrize("kind", BROKERS)
def test_any_process_may_be_killed_at_any_moment(
    kind: str, account: Account, tmp_path: Path
) -> None:
    make, wipes = BROKERS[kind]
    dice = account.dice
    with make(tmp_path) as broker, Whole(tmp_path, broker, KIOSKS) as whole:
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        for _ in range(KILLS):
            time.sleep(dice.uniform(0.1, 1.2))
            kill_one(whole, broker, dice.choice([*whole.names, "broker", "collector"]), wipes, dice)
        for name in whole.names:
            whole.kill_kiosk(name)
        account.settle(whole)


def kill_one(whole: Whole, broker: Broker, victim: str, wipes: bool, dice: random.Random) -> None:
    """SIGKILL, a short time without it, and a new start."""
    pause = dice.uniform(0, 0.5)
    if victim == "broker":
        broker.kill()
        if wipes:
            broker.wipe()
        time.sleep(pause)
        broker.start()
    elif victim == "collector":
        whole.kill_collector()
        time.sleep(pause)
        whole.start_collector()
    else:
        whole.kill_kiosk(victim)
        time.sleep(pause)
        whole.start_kiosk(victim, *PRESSING)


# Those that a vote passes; the points of a new epoch are in tests/test_forks.py.
VOTES_PASS = [point for point in kiosk_crash.CRASH_POINTS if not point.startswith("epoch_")]


@pytest.mark.fault(1, how="SENYUM_CRASH_AT at every named point of the kiosk")
@pytest.mark.parametrize("point", VOTES_PASS)
def test_a_kiosk_may_crash_at_every_named_point(
    point: str, account: Account, tmp_path: Path
) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        whole.start_kiosk(name, *PRESSING, crash_at=f"{point}:2")
        assert whole.kiosk_ended(name, 60) == CRASHED, whole.log(name)
        whole.start_kiosk(name, *PRESSING)
        until("another light", lambda: whole.shown(name, "counted") >= 3)
        whole.kill_kiosk(name)
        account.settle(whole)


@pytest.mark.fault(2, how="SENYUM_CRASH_AT at every named point of the collector")
@pytest.mark.parametrize("point", collector_crash.CRASH_POINTS)
def test_a_collector_may_crash_at_every_named_point(
    point: str, account: Account, tmp_path: Path
) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 2) as whole:
        whole.kill_collector()
        whole.start_collector(crash_at=f"{point}:4")
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        assert whole.collector_crashed(60) == CRASHED, whole.log("collector")
        whole.start_collector()
        until("votes", lambda: len(whole.stored()) > 4)
        for name in whole.names:
            whole.kill_kiosk(name)
        account.settle(whole)
