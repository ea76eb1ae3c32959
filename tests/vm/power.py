"""A busy public at the machine until its power goes."""

import random
import threading
from typing import Final

from tests.vm.installed import FACES, confirmed
from tests.vm.machine import Machine, MachineGone

MOST_LAMPS: Final = 4
LONGEST_SECONDS: Final = 3.0


def vote_until_cut(machine: Machine, dice: random.Random) -> list[str]:
    """Presses of a busy public, and amidst them the cut; the faces that the lamps confirmed.

    The power goes some moment after a few lamps, whatever is just being done.
    """
    before = len(confirmed(machine))
    cut = threading.Timer(dice.uniform(0, LONGEST_SECONDS), machine.unplug)
    enough = before + dice.randint(1, MOST_LAMPS)
    try:
        while True:
            machine.press(dice.choice(FACES), ms=dice.randrange(40, 160))
            if len(confirmed(machine)) >= enough and not cut.is_alive():
                cut.start()
    except MachineGone:
        cut.join()
        machine.cut_power()
    return confirmed(machine)[before:]
