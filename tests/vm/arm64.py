"""A machine with a Pi's instructions: an emulated aarch64 that lives for one press.

Nothing of it runs while it is built, so it needs no more than the packages' files: no systemd,
everything in the initramfs.
"""

import shutil
from pathlib import Path
from typing import Final

from tests.notrun import not_run
from tests.vm import cache, firmware, initramfs, root
from tests.vm.image import GUEST, HERE, Image, modules, require
from tests.vm.kernel import Kernel, kernel
from tests.vm.machine import OWN_TIME

QEMU: Final = "qemu-system-aarch64"
SMALL: Final = HERE / "small"
PACKAGES: Final = ("python3", "busybox-static", "libstdc++6")
MODULES: Final = ("drivers/gpio/gpio-sim", "fs/configfs/configfs")
OURS: Final = "usr/local/lib/senyum-vm"
FITTINGS: Final = ("pins", "wires.py")
USELESS: Final = (
    "usr/share",
    "usr/lib/python3/dist-packages",
    "usr/lib/aarch64-linux-gnu/perl-base",
)


def small() -> Image:
    """Kernel and initramfs; there is no disk."""
    require()
    if shutil.which(QEMU) is None:
        not_run(f"{QEMU}; tests/install-neighbours vm")
    linux, packages = kernel("arm64"), root.unconfigured("arm64", PACKAGES)
    ours = [*SMALL.iterdir(), *(GUEST / OURS / name for name in FITTINGS)]
    inputs = [*firmware.sources(), *sorted(ours), Path(__file__)]
    version = cache.digest([str(linux.folder), str(packages)], inputs)
    place = cache.built("small", version, lambda draft: _build(draft, linux, packages))
    return Image(linux.image, place / "initramfs.gz", Path("/dev/null"))


def command(image: Image) -> list[str]:
    return [
        QEMU, "-M", "virt", "-accel", "tcg,thread=single", "-cpu", "cortex-a53", *OWN_TIME,
        "-m", "640", "-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio",
        "-kernel", str(image.kernel), "-initrd", str(image.initramfs),
        "-append", "console=ttyAMA0 quiet panic=-1",
    ]  # fmt: skip


def _build(draft: Path, linux: Kernel, packages: Path) -> None:
    files = draft / "files"
    root.unpack(packages, files)
    for name in USELESS:
        shutil.rmtree(files / name, ignore_errors=True)
    (files / "lib/modules").symlink_to("../usr/lib/modules")
    modules(files, linux, MODULES)
    firmware.libraries(files / firmware.LIBRARIES, "aarch64")
    firmware.launcher(files / "usr/bin/senyum-kiosk")
    for source in SMALL.iterdir():
        shutil.copy(source, files / source.name)
    (files / OURS).mkdir(parents=True)
    for name in FITTINGS:
        shutil.copy(GUEST / OURS / name, files / OURS / name)
    initramfs.pack(files, draft / "initramfs.gz")
    shutil.rmtree(files)
