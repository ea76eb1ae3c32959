"""Starts a daemon by name, loading nothing that only another one needs."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from kiosk.config import Config, load
from kiosk.errors import SenyumError

LOG_FORMAT = "%(levelname)s %(name)s %(message)s"


def serve(daemon: str, file: Path) -> None:
    """Run `panel`, `uplink` or both (`run`) until told to stop.

    What a person can mend is one plain message; anything else ends the process with all it knows.
    """
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
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
