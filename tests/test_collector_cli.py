"""senyum-collector as a person meets it: commands, help, plain errors."""

import json
import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from collector.cli import COMMANDS, main
from collector.systemd import Notifier
from kiosk import keys
from tests.fleet import TestCollector, TestKiosk


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_page(name: str):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_a_wrong_setting_is_one_plain_message(tmp_path):
    file = tmp_path / "collector.toml"
    file.write_text("[broker]\nprot = 1\n")
    result = run("--config", str(file), "rebuild")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "broker.prot" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_command_is_a_usage_error():
    result = run("kisok")
    assert result.exit_code == 2
    assert "kisok" in result.output


def test_an_error_of_the_system_is_one_plain_message(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    result = run("--data", str(in_the_way), "rebuild")
    assert result.exit_code == 1
    assert str(in_the_way) in result.output


def test_who_reads_only_the_first_lines_sees_no_error(tmp_path):
    command = [str(Path(sys.executable).with_name("senyum-collector")), "--data", str(tmp_path)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*command, "agency", "import"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert "Error" not in done.stderr


def test_a_command_is_loaded_only_when_asked_for(monkeypatch):
    monkeypatch.delitem(sys.modules, "collector.commands.kiosk", raising=False)
    assert isinstance(main, click.Group)
    assert "kiosk" in main.list_commands(click.Context(main))
    assert "collector.commands.kiosk" not in sys.modules


# ---------------------------------------------------------------- kiosks


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


def kiosk_command(collector: TestCollector, *arguments: str) -> Result:
    return run("--data", str(collector.path.parent), "kiosk", *arguments)


def add(collector: TestCollector, kiosk: TestKiosk) -> Result:
    return kiosk_command(
        collector, "add", kiosk.name, "--key", kiosk.key.public, "--counter", "loket-1"
    )


def test_an_added_kiosk_gets_its_settings_with_the_key_to_pin(collector: TestCollector):
    kiosk = TestKiosk("dukcapil-01", collector.clock)
    result = add(collector, kiosk)
    assert result.exit_code == 0
    settings = tomllib.loads(result.output)
    pinned = keys.load(collector.path.parent / "collector.key").public
    assert settings["kiosk"] == {"id": "dukcapil-01"}
    assert settings["collector"] == {"key": pinned}
    assert settings["broker"] == {"host": "127.0.0.1", "port": 1883}
    assert add(collector, kiosk).output == result.output, "again: the same key"


def test_kiosks_are_listed_moved_and_retired(collector: TestCollector):
    kiosk = TestKiosk("dukcapil-01", collector.clock)
    add(collector, kiosk)
    moved = kiosk_command(
        collector, "move", "dukcapil-01", "--counter", "loket-2", "--from", "2030-01-02T10:00"
    )
    assert moved.output == "dukcapil-01: at loket-2 from 2030-01-02 10:00+08:00\n"
    assert "dukcapil-01  loket-2" in kiosk_command(collector, "list").output
    (listed,) = json.loads(kiosk_command(collector, "list", "--json").output)
    assert [placement["counter"] for placement in listed["placements"]] == ["loket-1", "loket-2"]
    assert listed["epochs"] == [
        {
            "epoch": kiosk.epoch,
            "state": "approved",
            "votes": 0,
            "follows": None,
            "announced_by": "unknown",
        }
    ]
    assert listed["forks"] == []
    assert kiosk_command(collector, "retire", "dukcapil-01").output == "dukcapil-01: retired\n"
    assert kiosk_command(collector, "retire", "dukcapil-01").exit_code == 1


def test_a_key_that_waits_is_approved_and_a_key_is_revoked(collector: TestCollector):
    collector.kiosk()
    new = TestKiosk("dukcapil-01", collector.clock, seed=2)
    new.press("smile")
    collector.take(new.hello(), new.votes())
    approved = kiosk_command(collector, "approve", new.epoch[:8])
    assert approved.output == f"dukcapil-01: {new.epoch[:12]} approved, 1 votes stored\n"
    assert collector.stored(new) == [(1, "smile")]
    revoked = kiosk_command(collector, "revoke", new.epoch[:8])
    assert revoked.output == f"dukcapil-01: {new.epoch[:12]} revoked\n"


def test_a_key_that_waits_is_listed_with_who_announced_it_and_refused(collector: TestCollector):
    kiosk = collector.kiosk()
    new, stranger = kiosk.successor(2), TestKiosk("dukcapil-01", collector.clock, seed=3)
    collector.take(new.hello(), stranger.hello())
    listed = kiosk_command(collector, "list").output
    earlier = f"announced by its earlier key {kiosk.epoch[:12]}"
    assert f"  {new.epoch[:12]}  held  0 votes  {earlier}\n" in listed
    assert f"  {stranger.epoch[:12]}  held  0 votes  announced by an unknown key\n" in listed
    refused = kiosk_command(collector, "refuse", stranger.epoch[:8])
    assert refused.output == f"dukcapil-01: {stranger.epoch[:12]} refused\n"
    again = kiosk_command(collector, "refuse", stranger.epoch[:8])
    assert again.exit_code == 1
    assert "is revoked and does not wait" in again.output
    kiosk_command(collector, "approve", new.epoch[:8])
    after = f"  {new.epoch[:12]}  approved  0 votes  after {kiosk.epoch[:12]}\n"
    assert after in kiosk_command(collector, "list").output


def test_a_fork_is_listed(collector: TestCollector):
    kiosk = collector.kiosk()
    clone = kiosk.clone()
    kiosk.press("smile")
    clone.press("frown")
    collector.take(kiosk.votes(), clone.votes())
    line = f"  {kiosk.epoch[:12]}  FORK since 2025-11-23 09:15"
    assert line in kiosk_command(collector, "list").output


def test_a_wrong_counter_is_one_plain_message(collector: TestCollector):
    kiosk = TestKiosk("dukcapil-01", collector.clock)
    result = kiosk_command(
        collector, "add", kiosk.name, "--key", kiosk.key.public, "--counter", "lokte"
    )
    assert result.exit_code == 1
    assert result.output.startswith("Error: there is no counter 'lokte'; near it: loket-")


def test_rebuild_tells_what_was_wrong(collector: TestCollector):
    kiosk = collector.kiosk()
    kiosk.press("smile")
    collector.take(kiosk.votes())
    collector.db.conn.execute("UPDATE counts_quarter SET n = 5")
    collector.db.conn.commit()
    folder = str(collector.path.parent)
    assert "quarters: 2 rows were wrong" in run("--data", folder, "rebuild").output
    assert "wrong" not in run("--data", folder, "rebuild").output


# ---------------------------------------------------------------- systemd


@pytest.mark.parametrize("abstract", [True, False])
def test_systemd_is_told(tmp_path: Path, abstract: bool):
    name = f"senyum-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + name if abstract else name)
        notifier = Notifier({"NOTIFY_SOCKET": "@" + name if abstract else name})
        notifier.ready()
        notifier.alive()
        notifier.stopping()
        told = [systemd.recv(100) for _ in range(3)]
    assert told == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_or_after_its_end_nothing_happens(tmp_path: Path):
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive()
