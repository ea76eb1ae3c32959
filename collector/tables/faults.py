"""Every fault of a table, told at once, so that a file is corrected once."""

from typing import Final

from collector.tomlfile import FileError

SHOWN: Final = 20


class Faults:
    """What is wrong so far."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}  # in order; what each row would repeat, once

    def add(self, where: str, what: str) -> None:
        self._told[f"{where}: {what}"] = None

    def refuse(self) -> None:
        """Raises FileError with the first of them, if there are any."""
        if not self._told:
            return
        more = len(self._told) - SHOWN
        rest = [f"and {more} more faults"] if more > 0 else []
        raise FileError("\n".join([*list(self._told)[:SHOWN], *rest, "nothing was stored"]))
