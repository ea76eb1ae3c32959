"""The packages themselves: the same bytes each time, what is in them, and the other processor."""

import hashlib
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from debs import debian
from debs.errors import PackageError
from debs.target import RELEASES, Release

from tests.notrun import not_run
from tests.packaged import DEBIANS, ROOT, changed, make, package

pytestmark = [pytest.mark.packages, pytest.mark.timeout(1800)]

NAMES = ("kiosk", "collector")
OUR_CHOICES = (
    "embedded-library",  # each package carries what it was tested with
    "malformed-deb-archive",  # zstd, which dpkg of Debian 12 reads and its lintian does not
    # Wheels and the broker, by hash, as their authors built them.
    "custom-library-search-path",
    "library-not-linked-against-libc",
    "statically-linked-binary",
    "unstripped-binary-or-object",
)
by_release = pytest.mark.parametrize("release", DEBIANS, ids=lambda release: release.codename)


@pytest.fixture(scope="module")
def other_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files in another folder, with other dates and modes, and nothing in the cache."""
    copy = changed(tmp_path_factory.mktemp("other"), "0.1.0")
    for path in copy.rglob("*"):
        if path.is_file():
            path.chmod(0o600 | (path.stat().st_mode & 0o100))
            os.utime(path, (1e9, 1e9))
    return copy


@by_release
def test_a_kiosk_built_twice_is_the_same_byte_for_byte(
    release: Release, other_checkout: Path, tmp_path: Path
) -> None:
    arguments = ("kiosk", "--debian", str(release.number), "--arch", "amd64")
    [again] = make(other_checkout, tmp_path, *arguments, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert digest(again) == digest(package("kiosk", release))


def test_a_collector_built_twice_is_the_same_byte_for_byte(
    other_checkout: Path, tmp_path: Path
) -> None:
    [again] = make(other_checkout, tmp_path, "collector", "--debian", "12", "--arch", "amd64")
    assert digest(again) == digest(package("collector", RELEASES["12"]))


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@by_release
@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_package_is_anybodys_but_roots_or_writable(
    name: str, release: Release
) -> None:
    for member in members(package(name, release)):
        assert (member.uid, member.gid) == (0, 0), member.name
        assert stat.S_IMODE(member.mode) in (0o755, 0o644), member.name


@by_release
@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_package_is_of_the_machine_that_built_it(name: str, release: Release) -> None:
    for member, content in contents(package(name, release)):
        assert "__pycache__" not in member.name
        assert str(ROOT).encode() not in content, member.name


@pytest.mark.parametrize("name", NAMES)
def test_a_package_carries_only_its_own_side(name: str) -> None:
    carried = {member.name for member in members(package(name, RELEASES["12"]))}
    site = f"./usr/lib/senyum-{name}/site"
    assert f"{site}/kiosk/wire.py" in carried
    assert (f"{site}/collector/cli.py" in carried) == (name == "collector")
    assert (f"{site}/bin/nats-server" in carried) == (name == "collector")
    assert (f"{site}/lgpio.py" in carried) == (name == "kiosk")


@by_release
@pytest.mark.parametrize("name", NAMES)
def test_lintian_finds_no_error_that_is_not_our_choice(name: str, release: Release) -> None:
    if shutil.which("lintian") is None:
        not_run("lintian is not installed; `tests/install-neighbours packages` does it")
    choices = f"--suppress-tags={','.join(OUR_CHOICES)}"
    verdict = subprocess.run(
        ["lintian", "--allow-root", "--fail-on=error", choices, package(name, release)],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    errors = [line for line in verdict.stdout.splitlines() if line.startswith("E:")]
    assert (errors, verdict.returncode) == ([], 0), verdict.stderr


def members(file: Path) -> list[tarfile.TarInfo]:
    return [member for member, _content in contents(file)]


def contents(file: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", file], capture_output=True, check=True)
    with tarfile.open(fileobj=BytesIO(data.stdout)) as unpacked:
        for member in unpacked:
            stream = unpacked.extractfile(member)
            yield member, stream.read() if stream else b""


# ---------------------------------------------------------------- the other processor

TRY = """
import sys
sys.path.insert(0, sys.argv[1])
import lgpio, msgspec, _cffi_backend
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
Ed25519PrivateKey.generate().sign(b"vote")
import kiosk.panel, kiosk.uplink, kiosk
print(kiosk.__version__, lgpio.get_module_version())
"""


@by_release
def test_what_is_for_arm64_runs_on_arm64(release: Release, tmp_path: Path) -> None:
    """Every compiled part is loaded by that release's Python, on an emulated processor."""
    emulator = shutil.which("qemu-aarch64-static")
    if emulator is None:
        not_run("qemu-user-static is not installed; `tests/install-neighbours packages` does it")
    root = arm64(release, tmp_path / "root")
    made = package("kiosk", release, "arm64")
    subprocess.run(["dpkg-deb", "--extract", made, tmp_path / "deb"], check=True, timeout=60)
    site = tmp_path / "deb/usr/lib/senyum-kiosk/site"
    python = root / f"usr/bin/python{release.python_version}"
    said = subprocess.run(
        [emulator, "-L", root, python, "-ISBc", TRY, site],
        capture_output=True, text=True, check=False, timeout=600, env={},
    )  # fmt: skip
    assert said.stdout.split() == ["0.1.0", "lgpio.py_0.2.2.0"], said.stderr


def arm64(release: Release, folder: Path) -> Path:
    """That release's Python and its libraries, unpacked: nothing in it needs to run for that."""
    folder.mkdir()
    options = ("--variant=extract", "--architectures=arm64")
    try:
        archive = debian.archive(release, ("base-files", "python3"), *options)
    except PackageError as error:
        not_run(f"no arm64 system: {error}")
    subprocess.run(["tar", "-C", folder, "-xf", archive], check=True, timeout=300)
    return folder
