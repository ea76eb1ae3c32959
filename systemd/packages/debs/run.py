"""Other programs at work for us: silent when all is well, and in full when not."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from debs.errors import PackageError


def run(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None
) -> str:
    """What `command`, started in `folder`, prints; raises PackageError when it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise PackageError(f"{command[0]} is not installed") from error
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise PackageError(f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}".strip())
    return done.stdout
