"""The uplink's process, or its thread beside a panel."""

import logging
import os
import time
from random import SystemRandom
from threading import Event, Thread
from typing import Final

from kiosk.config import Config
from kiosk.errors import SenyumError
from kiosk.loop import Heartbeat, run, stop_on_signals
from kiosk.systemd import Notifier
from kiosk.uplink import Uplink

log = logging.getLogger("senyum.kiosk.app")

THREAD_STEP_SECONDS: Final = 0.2  # short, so that it ends soon when asked


class UplinkDied(SenyumError, RuntimeError):
    """The uplink's thread has ended: without it no vote would ever be sent."""


def build_uplink(config: Config) -> Uplink:
    return Uplink(
        config.kiosk.id, config.broker, config.socket, SystemRandom().random, time.monotonic
    )


def run_uplink(config: Config) -> None:
    """Carry messages until told to stop."""
    notifier = Notifier(os.environ)
    uplink = build_uplink(config)
    try:
        with stop_on_signals() as stop:
            run(uplink, Heartbeat(notifier, uplink.in_time), lambda: not stop.asked, notifier)
    finally:
        uplink.close()


class UplinkThread:
    """An uplink that turns beside the panel; `check` raises what ended it."""

    def __init__(self, uplink: Uplink) -> None:
        self._uplink = uplink
        self._stop = Event()
        self._error: BaseException | None = None
        # A daemon: looking up a broker's name may block for long, and must not hold up the end.
        self._thread = Thread(target=self._run, name="uplink", daemon=True)
        self._thread.start()

    def check(self) -> None:
        if not self._thread.is_alive():
            raise UplinkDied(f"the uplink has ended: {self._error!r}") from self._error

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5 * THREAD_STEP_SECONDS)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._uplink.step(THREAD_STEP_SECONDS)
        except BaseException as error:
            self._error = error
            log.exception("uplink ended")
        finally:
            self._uplink.close()
