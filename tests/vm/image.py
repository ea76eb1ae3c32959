"""The image that a machine starts from: kernel, initramfs and disk, from the cache if it can be.

`python -m tests.vm.image` builds it, and ends with 1 where it cannot be built.
"""

import lzma
import os
import platform
import shutil
from collections.abc import Collection
from functools import cache as once
from pathlib import Path
from typing import Final, NamedTuple

from tests.notrun import not_run
from tests.vm import cache, firmware, initramfs, root
from tests.vm.kernel import Kernel, kernel, run
from tests.vm.mirror import KEYRING

HERE: Final = Path(__file__).parent
GUEST: Final = HERE / "guest"
PROGRAMS: Final = (
    "apt-get", "chroot", "cpio", "depmod", "dpkg", "mke2fs", "mmdebstrap", "qemu-system-x86_64",
)  # fmt: skip
SIZE: Final = "640M"
MODULES: Final = (
    "drivers/gpio/gpio-sim", "drivers/net/net_failover", "drivers/net/virtio_net",
    "drivers/watchdog/i6300esb", "drivers/watchdog/watchdog", "fs/configfs/configfs",
    "net/core/failover",
    *initramfs.NEEDED,
)  # fmt: skip
# What a kiosk has no use for, and what would write to a read-only root.
SILENT: Final = (
    "apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer",
    "e2scrub_reap.service", "fstrim.timer", "systemd-binfmt.service",
    "proc-sys-fs-binfmt_misc.automount", "getty.target", "getty-static.service",
    "getty@tty1.service", "serial-getty@ttyS0.service",
    "modprobe@dm_mod.service", "modprobe@drm.service", "modprobe@efi_pstore.service",
    "modprobe@fuse.service", "modprobe@loop.service",
    "dev-hugepages.mount", "dev-mqueue.mount", "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount", "sys-fs-fuse-connections.mount", "systemd-logind.service",
    "systemd-networkd-wait-online.service", "systemd-pstore.service",
    "systemd-update-utmp.service", "systemd-user-sessions.service",
)  # fmt: skip


class Image(NamedTuple):
    kernel: Path
    initramfs: Path
    disk: Path


@once
def image() -> Image:
    """Ends the test where this machine cannot build it."""
    require()
    linux, base = kernel(), root.base()
    guest = sorted(path for path in GUEST.rglob("*") if path.is_file())
    inputs = [*firmware.sources(), *guest, HERE / "image.py", HERE / "initramfs.py"]
    version = cache.digest([str(linux.folder), str(base)], inputs)
    place = cache.built("image", version, lambda draft: _build(draft, linux, base))
    return Image(linux.image, place / "initramfs.gz", place / "disk.img")


def require() -> None:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    missing += [str(path) for path in (initramfs.BUSYBOX, KEYRING) if not path.exists()]
    if missing:
        not_run(f"for the virtual machine {', '.join(missing)}; tests/install-neighbours vm")
    if os.geteuid() != 0 or platform.machine() != "x86_64":
        not_run("the image is built as root on an x86_64 machine")


def _build(draft: Path, linux: Kernel, base: Path) -> None:
    files = draft / "files"
    root.unpack(base, files)
    modules(files, linux, MODULES)
    firmware.install(files)
    shutil.copytree(GUEST, files, dirs_exist_ok=True)
    _settle(files)
    run("truncate", "-s", SIZE, str(draft / "disk.img"))
    run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", str(files), str(draft / "disk.img"))
    shutil.rmtree(files)
    initramfs.write(linux, draft / "initramfs.gz")


def modules(files: Path, linux: Kernel, names: Collection[str]) -> None:
    """Unpacked, as any modprobe can read them, and none that needs one which is not there."""
    needed: set[str] = set()
    for name in names:
        packed = linux.module(name)
        target = (files / packed.relative_to(linux.folder.parents[3])).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(lzma.decompress(packed.read_bytes()))
        needed |= set(run("modinfo", "-F", "depends", str(target)).strip().split(",")) - {""}
    missing = needed - {Path(name).name.replace("-", "_") for name in names}
    assert not missing, f"modules of the image need {', '.join(sorted(missing))}"
    run("depmod", "-b", str(files), linux.version)


def _settle(files: Path) -> None:
    """Places to mount at; one settings file for each machine, on its data partition."""
    (files / "data").mkdir()
    (files / "etc/hostname").write_text("kiosk\n")
    (files / "etc/machine-id").write_text("")
    systemctl = ["chroot", str(files), "systemctl", "--quiet"]
    run(*systemctl, "mask", *SILENT)
    ours = [path.name for path in (GUEST / "etc/systemd/system").glob("*.service")]
    run(*systemctl, "enable", "systemd-networkd.service", *ours)


if __name__ == "__main__":
    print(image().disk)
