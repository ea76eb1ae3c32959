"""senyum-collector as a person meets it: commands, help, plain errors."""

import sys

import click
import pytest
from click.testing import CliRunner, Result

from collector.cli import COMMANDS, main


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


def test_a_command_is_loaded_only_when_asked_for(monkeypatch):
    monkeypatch.delitem(sys.modules, "collector.commands.kiosk", raising=False)
    assert isinstance(main, click.Group)
    assert "kiosk" in main.list_commands(click.Context(main))
    assert "collector.commands.kiosk" not in sys.modules
