"""senyum-kiosk: the two daemons start lean, everything else through click.

A Pi Zero has half a gigabyte, and click alone takes eight megabytes of it in each process.
"""

import sys
from pathlib import Path

from kiosk.config import DEFAULT_FILE
from kiosk.daemons import serve


def main() -> None:
    match sys.argv[1:]:
        case ["panel" | "uplink" as daemon]:
            serve(daemon, DEFAULT_FILE)
        case ["panel" | "uplink" as daemon, "--config", file]:
            serve(daemon, Path(file))
        case _:
            from kiosk.commands import senyum_kiosk  # noqa: PLC0415  see above

            senyum_kiosk()
