"""The host's eye on the panel: tells each new state of lamps and buzzer.

They change one after another, so a state counts once it was seen twice in a row.
"""

import os
import time

from port import Port
from wires import BOARD, line

EVERY_SECONDS = 0.02  # the shortest step of a signal is 60 ms


def main() -> None:
    port = Port("/dev/ttyS2")
    lamps = {face: _open(pin) for face, pin in BOARD["lamps"].items()}
    buzzer = _open(BOARD["buzzer"]["pin"])
    told = before = None
    while True:
        now = {"lamps": [face for face, lamp in lamps.items() if on(lamp)], "buzzer": on(buzzer)}
        if now == before and now != told:
            port.write(now | {"up": time.clock_gettime(time.CLOCK_BOOTTIME)})
            told = now
        before = now
        time.sleep(EVERY_SECONDS)


def _open(pin: int) -> int:
    return os.open(line(pin) / "value", os.O_RDONLY)


def on(value: int) -> bool:
    return os.pread(value, 1, 0) == b"1"


if __name__ == "__main__":
    main()
