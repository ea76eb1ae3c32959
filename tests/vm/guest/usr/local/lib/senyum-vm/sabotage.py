"""The installed senyum-kiosk; once a file is there, gpiozero's next callback raises."""

import runpy
import threading
import time
from pathlib import Path

NOW = Path("/run/sabotage")


def wait() -> None:
    while not NOW.exists():
        time.sleep(0.2)
    import lgpio

    for callback in lgpio._notify_thread.callbacks:
        callback.func = fail


def fail(*_arguments: object) -> None:
    raise RuntimeError("sabotage")


threading.Thread(target=wait, daemon=True).start()
runpy.run_path("/usr/bin/senyum-kiosk", run_name="__main__")
