"""Puts the kiosk of this checkout into a root file system: its package, or its files alone."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.vm.kernel import run

PROJECT: Final = Path(__file__).parents[2]
LOCK: Final = PROJECT / "requirements-kiosk.lock"
LIBRARIES: Final = "usr/local/lib/python3.11/dist-packages"
PACKAGES: Final = PROJECT / "systemd/packages"
# What a package does after its installation needs /proc; the mount ends with the command.
IN_ROOT: Final = (
    "unshare", "--mount", "sh", "-ec", 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"',
)  # fmt: skip
LAUNCHER: Final = "#!/usr/bin/python3\nfrom kiosk.cli import main\n\nmain()\n"
# lgpio's wheel asks for the C library of Debian 12.
PLATFORMS: Final = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")


def sources() -> list[Path]:
    """Every file that decides what is installed."""
    kiosk = sorted(path for path in (PROJECT / "kiosk").rglob("*") if path.suffix in _SHIPPED)
    units = [path for path in (PROJECT / "systemd").rglob("*") if path.is_file()]
    installed = sorted(path for path in units if "__pycache__" not in path.parts)
    return [*kiosk, *installed, LOCK, PROJECT / "pyproject.toml", Path(__file__)]


_SHIPPED: Final = {".py", ".toml"}


def install(root: Path) -> None:
    """The kiosk's Debian package, as dpkg installs it on a card."""
    with tempfile.TemporaryDirectory(dir=root, prefix="install-") as folder:
        package = _package(Path(folder))
        run(*IN_ROOT, str(root), "dpkg", "--install", f"/{package.relative_to(root)}")


def _package(out: Path) -> Path:
    words = ("-m", "debs", "--out", str(out), "kiosk", "--debian", "12", "--arch", "amd64")
    done = subprocess.run(
        [sys.executable, *words], check=False, capture_output=True, text=True,
        cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PACKAGES)},
    )  # fmt: skip
    assert done.returncode == 0, f"the package cannot be built: {done.stderr}"
    (package,) = out.glob("*/*.deb")
    return package


def libraries(target: Path, machine: str = "x86_64") -> None:
    """The kiosk and all it needs, for Python 3.11 on `machine`, as files."""
    tags = [f"--platform={platform}_{machine}" for platform in PLATFORMS]
    _pip(
        "install", "--require-hashes", "--only-binary=:all:", "--python-version=3.11", *tags,
        "--no-compile", f"--target={target}", f"--requirement={LOCK}",
    )  # fmt: skip
    _pip(
        "install", "--no-deps", "--no-build-isolation", "--no-compile",
        f"--target={target}", str(PROJECT),
    )  # fmt: skip


def _pip(*words: str) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(pip, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(pip)}: {done.stdout}{done.stderr}"


def launcher(program: Path) -> None:
    program.write_text(LAUNCHER)
    program.chmod(0o755)
