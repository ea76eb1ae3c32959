"""Starts the panel, presses each button once, and prints what the lamps said and the outbox has."""

import json
import os
import platform
import subprocess
import time
from pathlib import Path

from wires import BOARD, line

READY = {"frown", "neutral", "smile"}  # the signal `ready` lights every lamp
SECONDS = 120
CONFIG = Path("/run/kiosk/kiosk.toml")
SETTINGS = f"""\
[kiosk]
id = "uji-01"
data_dir = "/run/kiosk/data"
run_dir = "/run/kiosk"
[collector]
key = "{"ab" * 32}"
[panel]
settle_ms = 500
"""


def main() -> None:
    CONFIG.write_text(SETTINGS)
    command = ["senyum-kiosk", "panel", "--config", str(CONFIG)]
    panel = subprocess.Popen(command, env={**os.environ, "GPIOZERO_PIN_FACTORY": "lgpio"})
    try:
        seen(READY)
        seen(set())
        lamps = [press(face) for face in BOARD["buttons"]]
    finally:
        panel.terminate()
        panel.wait()
    print("FOUND", json.dumps({"machine": platform.machine(), "lamps": lamps, "kept": kept()}))


def press(face: str) -> list[str]:
    """The lamps that answer; the next citizen comes when they are dark."""
    pull = line(BOARD["buttons"][face]) / "pull"
    pull.write_text("pull-down")
    seen({face})
    pull.write_text("pull-up")
    lamps = lit()
    seen(set())
    return sorted(lamps)


def seen(wanted: set[str]) -> None:
    deadline = time.monotonic() + SECONDS
    while lit() != wanted:
        if time.monotonic() > deadline:
            raise SystemExit(f"the lamps never showed {wanted or 'nothing'}, they show {lit()}")
        time.sleep(0.01)


def lit() -> set[str]:
    lamps = BOARD["lamps"].items()
    return {face for face, pin in lamps if (line(pin) / "value").read_text().strip() == "1"}


def kept() -> list[str]:
    command = ["senyum-kiosk", "outbox", "--config", str(CONFIG), "--json"]
    state = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return [vote["face"] for vote in state["votes"]]


if __name__ == "__main__":
    main()
