"""A kiosk's wall clock is wrong by hours or years: no vote is filed under a time that is not its.

The truth is the lamp log's time since boot, which no wrong clock touches. This machine's kernel
has one boot for all of it.
"""

import json
import time
from pathlib import Path

import pytest

from tests.accounts import Account
from tests.brokers import Mosquitto
from tests.faulttime import DAY, WrongClock
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PRESSING = ("--every", "0.3", "--for", "600")
SLACK_S = 1  # the light comes a moment after the press
SINCE_1970 = -time.time() + 60  # "it is one minute past the epoch"
YEAR = 365 * DAY

Said = tuple[float, bool]  # how far ahead, in seconds; does it count as set?

CLOCKS: dict[str, list[Said]] = {
    "boots in 1970, is set later": [(SINCE_1970, False), (0, True)],
    "is never set": [(SINCE_1970, False)],
    "is a day behind, then set": [(-DAY, False), (0, True)],
    "jumps years, unset": [(10 * YEAR, False), (-5 * YEAR, False), (2 * YEAR, False), (0, True)],
    "is right, jumps ahead and back while it counts as set": [
        (0, True),
        (3 * YEAR, True),
        (-2 * YEAR, True),
        (0, True),
    ],
    "says for ever that it is set, and is a day behind": [(-DAY, True)],
}
FAST = "boots in 1970, is set later"


def lights(folder: Path, name: str) -> list[dict]:
    """The votes that citizens saw confirmed, in order."""
    lines = (folder / f"{name}.lamps").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["signal"] == "counted"]


def honest(clocks: list[Said]) -> bool:
    return all(error == 0 for error, synced in clocks if synced)


def booted_at() -> float:
    """Unix seconds, by this machine's right clock."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


@pytest.mark.fault(19, how="libfaketime under a running kiosk; compared with the lamp log's `up`")
@pytest.mark.parametrize(
    "clocks",
    [
        pytest.param(said, id=name, marks=() if name == FAST else pytest.mark.long)
        for name, said in CLOCKS.items()
    ],
)
def test_no_vote_is_filed_under_a_time_that_is_not_its(
    clocks: list[Said], account: Account, tmp_path: Path
) -> None:
    clock = WrongClock(tmp_path)
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        clock.be(clocks[0][0], synced=clocks[0][1])
        whole.start_kiosk(name, *PRESSING, "--synced", str(clock.mark), **clock.environment)
        for error, synced in clocks:
            clock.be(error, synced=synced)
            before = whole.shown(name, "counted")
            until("more lights", lambda seen=before: whole.shown(name, "counted") >= seen + 6)
        whole.stop_kiosk(name)
        account.settle(whole, "--synced", str(clock.mark), **clock.environment)
        seen, filed = lights(tmp_path, name), whole.dated(name)
        assert [seq for seq, *_ in filed] == list(range(1, len(seen) + 1))
        assert [face for _, face, *_ in filed] == [light["face"] for light in seen]
        for light, (seq, _, quality, lo, hi) in zip(seen, filed, strict=True):
            pressed = booted_at() + light["up"] / 1000
            assert (lo or 0) - SLACK_S <= pressed < hi + SLACK_S, (seq, quality)
        if clocks[-1] == (0, True) and honest(clocks):
            assert {quality for _, _, quality, *_ in filed} <= {"A", "B"}
