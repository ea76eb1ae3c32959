"""senyum-collector kiosk config and kiosk command, as an admin meets them."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger import desired, journal
from tests.fleet import TestCollector, TestKiosk


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def run(collector: TestCollector, *words: str) -> Result:
    data = ["--data", str(collector.path.parent)]
    return CliRunner().invoke(main, [*data, "kiosk", *words], catch_exceptions=False)


def test_each_change_is_a_new_version(collector: TestCollector, kiosk: TestKiosk) -> None:
    assert f"{kiosk.name}: version 0" in run(collector, "config", kiosk.name).output
    done = run(collector, "config", kiosk.name, "--brightness", "40", "--night", "5")
    assert f"{kiosk.name}: version 1" in done.output
    run(collector, "config", kiosk.name, "--question", "waktu")
    settings = desired.settings_for(collector.db, kiosk.name)
    assert (settings.brightness, settings.night, settings.question) == (40, 5, "waktu")
    again = run(collector, "config", kiosk.name, "--question", "waktu")
    assert "version 2" in again.output
    assert [entry.what for entry in journal.entries(collector.db)] == 2 * ["kiosk-config"]


def test_hours_are_those_of_the_agency(collector: TestCollector, kiosk: TestKiosk) -> None:
    done = run(collector, "config", kiosk.name, "--hours", "agency")
    assert "07.30–16.00" in done.output
    settings = desired.settings_for(collector.db, kiosk.name)
    assert settings.utc_offset == 480
    assert settings.hours is not None
    assert settings.hours[0] == (450, 960)
    run(collector, "config", kiosk.name, "--hours", "none")
    assert desired.settings_for(collector.db, kiosk.name).hours is None


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--brightness", "101", "<= 100"),
        ("--log-level", "trace", "trace"),
        ("--question", "A b", ""),
    ],
)
def test_what_is_not_allowed_is_named(
    collector: TestCollector, kiosk: TestKiosk, option: str, value: str, told: str
) -> None:
    done = run(collector, "config", kiosk.name, option, value)
    assert done.exit_code == 2
    assert option.strip("-").replace("-", "_") in done.output
    assert told in done.output
    assert desired.wanted(collector.db, kiosk.name) is None


def test_an_unknown_kiosk_is_one_plain_message(collector: TestCollector) -> None:
    for words in (["config", "nobody-1"], ["command", "nobody-1", "identify"]):
        done = run(collector, *words)
        assert done.exit_code == 1
        assert "there is no kiosk 'nobody-1'" in done.output


def test_a_command_waits_for_its_answer(collector: TestCollector, kiosk: TestKiosk) -> None:
    collector.take(kiosk.hello(), kiosk.health())
    done = run(collector, "command", kiosk.name, "identify", "--wait", "0")
    assert done.exit_code == 1
    assert "no answer yet" in done.output
    assert [entry.what for entry in journal.entries(collector.db)] == ["kiosk-command"]
    (waiting,) = collector.rows("SELECT id, action FROM commands")
    assert waiting[1] == "identify"


def test_an_answer_is_told_check_by_check(collector: TestCollector) -> None:
    from collector.commands.afar import _told

    checks = msgspec.json.encode([{"name": "disk", "ok": True, "said": "a row in 2 ms"}]).decode()
    asked = desired.Command("a", "k", "b", 1, "self-test", 1, 2, 3, "done", checks)
    assert _told("k", asked).splitlines() == ["k: self-test done", "  ok     disk: a row in 2 ms"]
