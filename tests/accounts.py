"""What a fault test reckons up: votes confirmed, lost and doubled, and the seed that repeats it."""

import os
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from random import Random, SystemRandom

from tests.whole import Whole

SEEDS = 10**6


def new_seed() -> int:
    """The seed of this run; set SENYUM_SEED to repeat one."""
    return int(os.environ.get("SENYUM_SEED", SystemRandom().randrange(SEEDS)))


@dataclass
class Account:
    """Of one test. Sums grow if it settles more than once."""

    seed: int = field(default_factory=new_seed)
    confirmed: int = 0
    lost: int = 0
    doubled: int = 0
    settled: bool = False

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        print(f"seed {self.seed}")

    def note(self, confirmed: int, lost: int, doubled: int) -> None:
        self.settled = True
        self.confirmed += confirmed
        self.lost += lost
        self.doubled += doubled

    def compare(self, confirmed: Collection[Hashable], stored: Sequence[Hashable]) -> None:
        """Every vote that was confirmed is stored, once, and no other is."""
        promised, kept = set(confirmed), set(stored)
        self.note(len(promised), len(promised - kept), len(stored) - len(kept))
        assert promised - kept == set(), "lost"
        assert kept - promised == set(), "invented"
        assert len(stored) == len(kept), "doubled"

    def settle(self, whole: Whole, *options: str, **environment: str) -> None:
        """Let everything become quiet, then compare both ends; kiosks run as they are told."""
        whole.wait_until_quiet(*options, **environment)
        confirmed = whole.confirmed()
        assert len(confirmed) > len(whole.names), "the run pressed too little to show anything"
        self.compare(confirmed, whole.stored())
        lights = sum(whole.shown(name, "counted") for name in whole.names)
        assert lights <= len(confirmed), "a light confirmed a vote that is not there"
        found = whole.collector("rebuild").splitlines()
        assert all(line.endswith("as the votes say") for line in found), found
        whole.collector("audit", "verify")  # ends 0, or this does not
