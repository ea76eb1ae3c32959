"""A busy public at the machine until its power goes."""

import random
import threading

from tests.vm.installed import FACES, confirmed
from tests.vm.machine import Machine, MachineGone


def vote_until_cut(machine: Machine, dice: random.Random, after: float) -> list[str]:
    """Presses of a busy public until the power goes `after` seconds from now; what lamps confirmed.

    Somebody presses at that moment, or it would be no cut in mid-voting.
    """
    before = len(confirmed(machine))
    cut = threading.Timer(after, machine.unplug)
    cut.start()
    try:
        while True:
            machine.press(dice.choice(FACES), ms=dice.randrange(40, 160))
            threading.Event().wait(dice.uniform(0, 0.7))
    except MachineGone:
        cut.join()
        machine.cut_power()
    return confirmed(machine)[before:]
