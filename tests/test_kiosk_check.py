"""senyum-kiosk check, as a technician meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.commands import senyum_kiosk
from tests.brokers import HOST, Mosquitto

KEY = "ab" * 32


def settings(folder: Path, port: int, key: str = KEY) -> Path:
    file = folder / "kiosk.toml"
    (folder / "data").mkdir()
    file.write_text(
        f'[kiosk]\nid = "uji-01"\ndata_dir = "{folder}/data"\nrun_dir = "{folder}"\n'
        f'[collector]\nkey = "{key}"\n[broker]\nhost = "{HOST}"\nport = {port}\n'
    )
    return file


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(senyum_kiosk, ["check", "--config", str(file), *options])


def test_each_line_says_what_is_so_and_what_to_do(mosquitto: Mosquitto, tmp_path: Path) -> None:
    done = run(settings(tmp_path, mosquitto.port))
    assert "ok  settings" in done.output
    assert "ok  disk           a row takes" in done.output
    assert f"ok  port           {HOST}:{mosquitto.port} answers" in done.output
    # This machine is no Pi, and a technician must be told so.
    assert "!!  pins" in done.output
    assert "→" in done.output
    assert done.exit_code == 1


def test_programs_read_the_same(mosquitto: Mosquitto, tmp_path: Path) -> None:
    done = run(settings(tmp_path, mosquitto.port, key=""), "--json")
    found = {line["name"]: line for line in json.loads(done.output)}
    assert list(found)[:4] == ["settings", "collector", "key", "pins"]
    assert list(found)[-4:] == ["name", "port", "login", "vote"]
    assert not found["collector"]["ok"]
    assert found["port"]["ok"]
    # A fresh card has no key: no vote could be signed, and none was tried.
    assert not found["key"]["ok"]
    assert found["vote"]["ok"] is None


def test_panel_and_uplink_do_not_pay_for_the_picture() -> None:
    """They have 40 MB; what draws for a technician stays on the card."""
    code = "import sys, kiosk.commands, kiosk.app; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize("text", ["", "[kiosk", '[kiosk]\nid = "A b"'])
def test_wrong_settings_are_the_only_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(text)
    done = run(file)
    assert done.exit_code == 1
    assert done.output.startswith("!!  settings")
    assert "pins" not in done.output
