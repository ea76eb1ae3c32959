"""A first file system in memory that does one thing: mount the disk and hand over to systemd."""

import gzip
import lzma
import shutil
from pathlib import Path
from typing import Final

from tests.vm.kernel import Kernel, run

NEEDED: Final = (  # in the order in which they are loaded
    "drivers/block/virtio_blk", "lib/crc/crc16", "fs/mbcache", "fs/jbd2/jbd2", "fs/ext4/ext4",
)  # fmt: skip
BUSYBOX: Final = Path("/bin/busybox")
INIT: Final = """#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
for module in /modules/*; do /bin/busybox insmod $module; done
until [ -b /dev/vda ]; do /bin/busybox sleep .1; done
how=ro
/bin/busybox grep -qw rw /proc/cmdline && how=rw
/bin/busybox mount -t ext4 -o $how,noatime /dev/vda /new || exec /bin/busybox sh
/bin/busybox mount --move /dev /new/dev
/bin/busybox umount /proc
exec /bin/busybox switch_root /new /lib/systemd/systemd
"""


def write(kernel: Kernel, target: Path) -> None:
    files = target.with_suffix(".files")
    for name in ("bin", "dev", "proc", "new", "modules"):
        (files / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, files / "bin/busybox")
    for number, module in enumerate(NEEDED):
        plain = files / "modules" / f"{number}-{Path(module).name}.ko"
        plain.write_bytes(lzma.decompress(kernel.module(module).read_bytes()))
    (files / "init").write_text(INIT)
    (files / "init").chmod(0o755)
    pack(files, target)
    shutil.rmtree(files)


def pack(files: Path, target: Path) -> None:
    """As the kernel unpacks it: cpio, compressed."""
    archive = target.with_suffix(".cpio")
    run("sh", "-c", 'find . | cpio --quiet -o -H newc > "$0"', str(archive), folder=files)
    target.write_bytes(gzip.compress(archive.read_bytes(), compresslevel=1))
    archive.unlink()
