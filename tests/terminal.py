"""A terminal of 80 columns for a process that speaks to somebody: a real pty."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Sequence
from typing import Self

COLUMNS, ROWS = 80, 24
PATIENCE = 30.0


class Terminal:
    """`expect` waits for words on the screen, `type` answers. Ends its process at the end."""

    def __init__(self, command: Sequence[str]) -> None:
        self._end, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(COLUMNS)}
        # Whoever starts the tests in the background has them ignore Ctrl-C; no terminal does.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._end)

    def expect(self, words: str) -> None:
        """Wait for `words`, after what was expected before."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.seen.find(words, self._read)) < 0:
            assert time.monotonic() < deadline, f"no {words!r} in:\n{self.seen}"
            assert self._more(), f"ended without {words!r}:\n{self.seen}"
        self._read = found + len(words)

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def ended(self) -> int:
        """All that it had to say, then its exit status."""
        while self._more():
            pass
        return self.process.wait(PATIENCE)

    def _more(self) -> bool:
        """False at the end; the kernel says so by an error."""
        readable, _, _ = select.select([self._end], [], [], 1.0)
        if not readable:
            return self.process.poll() is None
        try:
            read = os.read(self._end, 65536)
        except OSError:
            return False
        self.seen += read.decode(errors="replace")
        return bool(read)
