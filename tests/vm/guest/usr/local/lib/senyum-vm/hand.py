"""The host's hand in the machine: presses buttons, runs commands, answers each request.

{"press": "smile", "ms": 80} holds a button; {"run": "…"} is given to the shell.
"""

import subprocess
import time
from pathlib import Path
from typing import Any

from port import Port
from wires import BOARD, line

BOOT = Path("/proc/sys/kernel/random/boot_id")
LONGEST_SECONDS = 600


def main() -> None:
    port = Port("/dev/ttyS1")
    port.write({"boot": BOOT.read_text().strip()})
    for request in port.read():
        port.write({"id": request["id"]} | answer(request))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    if "run" in request:
        return run(request["run"])
    return press(request["press"], request["ms"])


def run(command: str) -> dict[str, Any]:
    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, capture_output=True, text=True,
        timeout=LONGEST_SECONDS, errors="replace",
    )  # fmt: skip
    return {"status": done.returncode, "out": done.stdout, "err": done.stderr}


def press(face: str, ms: int) -> dict[str, Any]:
    """The button closes to ground, and lets go."""
    pull = line(BOARD["buttons"][face]) / "pull"
    pull.write_text("pull-down")
    time.sleep(ms / 1000)
    pull.write_text("pull-up")
    return {"status": 0}


if __name__ == "__main__":
    main()
