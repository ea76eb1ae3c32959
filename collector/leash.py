"""Runs a command that cannot outlive whoever started it: `leash.py <parent pid> <command> …`.

A file of its own, run as a script: the kernel's promise survives the exec into the command, and
nothing has to run between fork and exec of a process that may have threads. The promise is tied
to the thread that started this one, so children are started from a main thread only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the promise was made
        sys.exit(f"{command[0]}: whoever started this has ended")
    os.execv(command[0], command)  # noqa: S606 (there is no shell here)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
