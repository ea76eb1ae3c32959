"""The command line of a kiosk."""

import json
import logging
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk import cli, keys
from kiosk.commands import senyum_kiosk
from kiosk.epochs import Epochs
from tests import bench

COMMANDS = ("panel", "uplink", "run", "simulate", "outbox", "key")


@pytest.fixture
def settings(tmp_path):
    return bench.settings(tmp_path, settle_ms=500)


@pytest.fixture
def call(tmp_path):
    def call(command, *options):
        arguments = [command, "--config", str(tmp_path / "kiosk.toml"), *options]
        result = CliRunner().invoke(senyum_kiosk, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return call


@pytest.fixture
def voted(tmp_path, settings):
    """Two votes of one citizen; the first is receipted."""
    with bench.bench(tmp_path) as kiosk:
        kiosk.push("smile")
        kiosk.push("frown")
        kiosk.connect()
        kiosk.answer(1)
        return kiosk.kiosk.outbox.checkpoint


def test_every_command_is_listed_and_explained():
    overview = CliRunner().invoke(senyum_kiosk, ["--help"]).output
    for command in COMMANDS:
        assert command in overview
        page = CliRunner().invoke(senyum_kiosk, [command, "--help"])
        assert page.exit_code == 0
        assert "/etc/senyum/kiosk.toml" in page.output


# ---------------------------------------------------------------- key


def test_the_key_is_made_once_and_the_command_to_register_it_is_told(call, settings):
    first = call("key")
    (place,) = Epochs(settings.epochs).all()
    public = keys.load(place.key).public
    assert first.output.splitlines()[0] == public
    assert f"senyum-collector kiosk add dukcapil-01 --key {public} --counter" in first.output
    assert call("key").output == first.output
    assert place.key.stat().st_mode & 0o777 == 0o600


def test_a_key_needs_no_collector_yet(call, tmp_path):
    (tmp_path / "kiosk.toml").write_text(f'[kiosk]\nid = "a"\ndata_dir = "{tmp_path}/data"\n')
    assert call("key").exit_code == 0


# ---------------------------------------------------------------- outbox


def test_the_outbox_is_shown_for_people(call, voted):
    lines = call("outbox").output.splitlines()
    assert "epoch" in lines[1]
    assert voted.epoch in lines[1]
    assert lines[-2].split() == ["1", "smile", "pelayanan", "receipted"]
    assert lines[-1].split() == ["2", "frown", "pelayanan", "replaces", "1,", "waiting"]


def test_the_outbox_is_shown_for_programs(call, voted):
    shown = json.loads(call("outbox", "--json").output)
    assert (shown["kiosk"], shown["epoch"]) == ("dukcapil-01", voted.epoch)
    assert (shown["seq"], shown["head"]) == (2, voted.head)
    assert (shown["oldest"], shown["through"], shown["queue"]) == (1, 1, 1)
    first, second = shown["votes"]
    assert (first["seq"], first["face"], first["replaces"], first["receipted"]) == (
        1,
        "smile",
        None,
        True,
    )
    assert (second["replaces"], second["test"], second["receipted"]) == (1, False, False)
    assert len(second["time"]) == 64


def test_the_outbox_can_be_shown_while_the_panel_writes(call, tmp_path, settings):
    with bench.bench(tmp_path) as kiosk:
        kiosk.push("smile")
        assert json.loads(call("outbox", "--json").output)["seq"] == 1
        kiosk.wait(3000)
        kiosk.push("smile")
        assert json.loads(call("outbox", "--json").output)["seq"] == 2


def test_no_outbox_yet_is_told_and_none_is_made(call, settings):
    result = call("outbox")
    assert result.exit_code == 1
    assert "there is no outbox yet" in result.output
    assert not settings.epochs.exists()


def test_another_kiosks_outbox_is_refused(call, voted, tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text(file.read_text().replace("dukcapil-01", "dukcapil-02"))
    result = call("outbox")
    assert result.exit_code == 1
    assert "'dukcapil-01'" in result.output


# ---------------------------------------------------------------- simulate


def test_simulate_prints_a_report(call, settings, tmp_path):
    timeline = tmp_path / "presses.csv"
    timeline.write_text("50,smile,80\n")
    output = call("simulate", "--timeline", str(timeline), "--drain", "0").output
    assert "confirmed" in output
    report = json.loads(
        call("simulate", "--seed", "1", "--for", "0", "--drain", "0", "--json").stdout
    )
    assert (report["votes"], report["votes_before"], report["seed"]) == (1, 1, 1)


def test_simulate_takes_a_timeline_or_a_seed(call, settings, tmp_path):
    result = call("simulate", "--timeline", str(tmp_path / "x.csv"), "--seed", "1")
    assert result.exit_code == 2
    assert "exclude each other" in result.output


def test_simulate_tells_what_is_wrong_with_a_timeline(call, settings, tmp_path):
    timeline = tmp_path / "presses.csv"
    timeline.write_text("50,grin,80\n")
    result = call("simulate", "--timeline", str(timeline))
    assert result.exit_code == 1
    assert f"Error: {timeline}, line 1: there is no face 'grin'" in result.output


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("command", ["simulate", "outbox", "key"])
def test_wrong_settings_are_one_plain_message(call, command, tmp_path):
    (tmp_path / "kiosk.toml").write_text('[kiosk]\nid = "a"\n[panel]\nsettle_ms = 1\n')
    result = call(command)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "panel.settle_ms = 1 is not allowed" in result.output


def test_an_unknown_command_is_told():
    senyum_kiosk_path = str(Path(sys.executable).with_name("senyum-kiosk"))
    done = subprocess.run([senyum_kiosk_path, "dance"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "No such command 'dance'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "served"),
    [
        (["panel"], ("panel", Path("/etc/senyum/kiosk.toml"))),
        (["uplink", "--config", "x.toml"], ("uplink", Path("x.toml"))),
        (["uplink", "--config=x.toml"], ("uplink", Path("x.toml"))),
        (["run", "--config", "x.toml"], ("run", Path("x.toml"))),
    ],
)
def test_the_short_way_and_click_start_the_same_daemons(monkeypatch, arguments, served):
    calls = []
    monkeypatch.setattr(cli, "serve", lambda *what: calls.append(what))
    monkeypatch.setattr("kiosk.commands.serve", lambda *what: calls.append(what))
    monkeypatch.setattr(sys, "argv", ["senyum-kiosk", *arguments])
    with suppress(SystemExit):
        cli.main()
    assert calls == [served]


@pytest.fixture(autouse=True)
def _quiet_after():
    """Commands set up logging for their process; here that process is the test."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = before
