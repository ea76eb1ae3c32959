"""How a card is prepared, as docs/firmware.md tells it, is how the virtual machine's is."""

import re
from pathlib import Path

from tests.test_kiosk_card_writes import MOST_PER_VOTE

ROOT = Path(__file__).parents[1]
FIRMWARE = (ROOT / "docs/firmware.md").read_text(encoding="utf-8")
GUEST = ROOT / "tests/vm/guest/etc"


def settings_in(file: Path) -> set[str]:
    return set(re.findall(r"^\w+=.+$", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_journal_in_memory_comes_with_the_package() -> None:
    """The machine installs the package and has no setting of its own for it."""
    place = "/usr/lib/systemd/journald.conf.d/60-senyum-volatile.conf"
    package = (ROOT / "systemd/packages/kiosk/nfpm.yaml").read_text(encoding="utf-8")
    assert f"src: systemd/journald.conf, dst: {place}," in package
    assert place in FIRMWARE
    assert not (GUEST / "systemd/journald.conf.d").exists()
    assert "Storage=volatile" in settings_in(ROOT / "systemd/journald.conf")


def test_the_time_is_remembered_seldom() -> None:
    """Measured in the machine: 4 kB a minute by default, which is 245 kB in an idle hour."""
    place = "/usr/lib/systemd/timesyncd.conf.d/60-senyum-seldom.conf"
    package = (ROOT / "systemd/packages/kiosk/nfpm.yaml").read_text(encoding="utf-8")
    assert f"src: systemd/timesyncd.conf, dst: {place}," in package
    assert place in FIRMWARE
    assert not (GUEST / "systemd/timesyncd.conf.d").exists()
    assert "SaveIntervalSec=1d" in settings_in(ROOT / "systemd/timesyncd.conf")


def test_the_recipe_names_what_the_machines_table_of_file_systems_has() -> None:
    recipe = FIRMWARE.partition("### A card that")[2]
    lines = (GUEST / "fstab").read_text(encoding="utf-8").splitlines()
    mounts = [line.split() for line in lines if line and not line.startswith("#")]
    assert [place for _, place, *_ in mounts[1:] if f"`{place}`" not in recipe] == []
    assert f"`{mounts[0][3]}`" in recipe


def test_the_limit_of_a_vote_is_that_of_the_test() -> None:
    assert f"fails above {MOST_PER_VOTE // 1000} kB" in FIRMWARE
