"""The checkout that is packaged: its files, its version, the moment of its last commit."""

import os
import tomllib
from pathlib import Path
from typing import NamedTuple, Self

from debs.run import run


class Project(NamedTuple):
    folder: Path
    version: str  # PEP 440
    epoch: int  # Unix seconds; every file in a package bears this date

    @classmethod
    def at(cls, folder: Path) -> Self:
        """SOURCE_DATE_EPOCH, where it is set, comes before the date of the last commit."""
        table = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        given = os.environ.get("SOURCE_DATE_EPOCH")
        epoch = given or run(["git", "log", "-1", "--format=%ct"], folder)
        return cls(folder, table["project"]["version"], int(epoch))

    def lock(self, package: str) -> str:
        return (self.folder / f"requirements-{package}.lock").read_text(encoding="utf-8")

    @property
    def dated(self) -> dict[str, str]:
        """The environment in which what is built bears the project's date and not today's."""
        return {"SOURCE_DATE_EPOCH": str(self.epoch)}
