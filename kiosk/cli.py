"""senyum-kiosk: the two daemons start lean, everything else through click.

A Pi Zero has half a gigabyte: a daemon loads neither click nor what only the other one needs.
"""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from kiosk.config import DEFAULT_FILE, Config, load
from kiosk.errors import SenyumError


def main() -> None:
    match sys.argv[1:]:
        case ["panel" | "uplink" as daemon]:
            serve(daemon, DEFAULT_FILE)
        case ["panel" | "uplink" as daemon, "--config", file]:
            serve(daemon, Path(file))
        case _:
            from kiosk.commands import senyum_kiosk  # noqa: PLC0415  see above

            senyum_kiosk()


def serve(daemon: str, file: Path) -> None:
    """Run a daemon until it is told to stop; what a person can mend is one plain message."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        _runner(daemon)(load(file))
    except (SenyumError, PermissionError) as error:
        _fail(error)


def _runner(daemon: str) -> Callable[[Config], None]:
    if daemon == "panel":
        from kiosk.app_panel import run_panel  # noqa: PLC0415

        return run_panel
    if daemon == "uplink":
        from kiosk.app_uplink import run_uplink  # noqa: PLC0415

        return run_uplink
    from kiosk.app import run_both  # noqa: PLC0415

    return run_both


def _fail(error: Exception) -> NoReturn:
    sys.stderr.write(f"Error: {error}\n")
    raise SystemExit(1)
