"""Puts the kiosk of this checkout into a root file system. A package takes its place here."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.vm.kernel import run

PROJECT: Final = Path(__file__).parents[2]
LOCK: Final = PROJECT / "requirements-kiosk.lock"
LIBRARIES: Final = "usr/local/lib/python3.11/dist-packages"
UNITS: Final = ("senyum-panel.service", "senyum-uplink.service")
CONFIGURATION: Final = {
    "sysusers.conf": "usr/lib/sysusers.d/senyum.conf",
    "udev.rules": "usr/lib/udev/rules.d/60-senyum-gpio.rules",
    "watchdog.conf": "usr/lib/systemd/system.conf.d/60-senyum-watchdog.conf",
}
LAUNCHER: Final = "#!/usr/bin/python3\nfrom kiosk.cli import main\n\nmain()\n"
# lgpio's wheel asks for the C library of Debian 12.
PLATFORMS: Final = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")


def sources() -> list[Path]:
    """Every file that decides what is installed."""
    kiosk = sorted(path for path in (PROJECT / "kiosk").rglob("*") if path.suffix in _SHIPPED)
    units = sorted(path for path in (PROJECT / "systemd").iterdir() if path.is_file())
    return [*kiosk, *units, LOCK, Path(__file__)]


_SHIPPED: Final = {".py", ".toml"}


def install(root: Path) -> None:
    """Libraries by their hashes, our own wheel, the units, their users, the rule for pins."""
    libraries(root / LIBRARIES)
    launcher(root / "usr/bin/senyum-kiosk")
    _system(root)
    run("chroot", str(root), "python3", "-m", "compileall", "-q", f"/{LIBRARIES}")
    run("chroot", str(root), "systemd-sysusers")
    run("chroot", str(root), "systemctl", "enable", "--quiet", *UNITS)


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


def _system(root: Path) -> None:
    units = PROJECT / "systemd"
    for name in UNITS:
        shutil.copy(units / name, root / "usr/lib/systemd/system" / name)
    for name, target in CONFIGURATION.items():
        (root / target).parent.mkdir(exist_ok=True)
        shutil.copy(units / name, root / target)
