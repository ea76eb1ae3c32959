"""Python reads this at its start. Once a file is there, gpiozero's next callback raises."""

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
