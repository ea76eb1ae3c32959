"""Where the programs lie that were installed with this one."""

import sys
from pathlib import Path

import collector


def program(name: str) -> str:
    """Beside the interpreter; or, as `pip install --target` lays it, in bin/ beside our packages.

    A Debian package is laid out the second way: its interpreter is the system's.
    """
    carried = Path(collector.__file__).parents[1] / "bin" / name
    return str(carried if carried.exists() else Path(sys.executable).with_name(name))
