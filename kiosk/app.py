"""`senyum-kiosk run`: panel and uplink in one process, over the same socket as two would use."""

import os
from contextlib import closing

from kiosk.app_epoch import Kiosk
from kiosk.app_panel import open_kiosk, turn
from kiosk.app_uplink import UplinkThread, build_uplink
from kiosk.clock import SystemClock
from kiosk.config import Config
from kiosk.crash import crash_at
from kiosk.loop import stop_on_signals
from kiosk.panel import real_pins


def run_both(config: Config) -> None:
    """Until told to stop. If either dies, so does the process."""
    with (
        open_kiosk(config, real_pins(), SystemClock(), crash_at(os.environ)) as kiosk,
        closing(UplinkThread(build_uplink(config))) as uplink,
        stop_on_signals() as stop,
    ):
        turn(kiosk, _Both(kiosk, uplink), stop)


class _Both:
    """The panel's steps, with an eye on the uplink."""

    def __init__(self, kiosk: Kiosk, uplink: UplinkThread) -> None:
        self._kiosk = kiosk
        self._uplink = uplink

    def step(self, timeout: float) -> None:
        self._kiosk.step(timeout)
        self._uplink.check()
