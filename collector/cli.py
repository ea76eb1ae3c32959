"""senyum-collector: finds the command, loads the configuration, prints errors for people."""

import logging
import os
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from collector import config
from collector.errors import CollectorError
from kiosk.errors import SenyumError

# A command's file is read only when the command is asked for: `ingest` never loads the web pages.
COMMANDS: Final = {
    "run": "collector.commands.run:run",
    "ingest": "collector.commands.ingest:ingest",
    "web": "collector.commands.web:web",
    "demo": "collector.commands.demo:demo",
    "index": "collector.commands.index:index",
    "weeks": "collector.commands.weeks:weeks",
    "release": "collector.commands.release:release",
    "report": "collector.commands.report:report",
    "skm": "collector.commands.skm:skm",
    "lapor": "collector.commands.lapor:lapor",
    "reward": "collector.commands.reward:reward",
    "visitors": "collector.commands.visitors:visitors",
    "plan": "collector.commands.plan:plan",
    "rotation": "collector.commands.rotation:rotation",
    "note": "collector.commands.note:note",
    "misuse": "collector.commands.misuse:misuse",
    "export": "collector.commands.export:export",
    "backup": "collector.commands.backup:backup",
    "restore": "collector.commands.restore:restore",
    "alert": "collector.commands.alert:alert",
    "alerts": "collector.commands.alerts:alerts",
    "rebuild": "collector.commands.rebuild:rebuild",
    "audit": "collector.commands.audit:audit",
    "erase": "collector.commands.erase:erase",
    "quarantine": "collector.commands.quarantine:quarantine",
    "kiosk": "collector.commands.kiosk:kiosk",
    "agency": "collector.commands.agency:agency",
    "user": "collector.commands.user:user",
    "token": "collector.commands.token:token",
}


class LazyGroup(click.Group):
    """Commands by name; what went wrong is one plain message and exit 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `| head` has seen enough; click ends quietly
            raise
        except (CollectorError, SenyumError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=LazyGroup)
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help=f"TOML file with settings.  [default: {config.DEFAULT_FILE}, if it is there]",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the ledger, keys and secrets, instead of collector.data_dir.",
)
@click.version_option(package_name="kotak-senyum")
@click.pass_context
def main(ctx: click.Context, file: Path | None, data: Path | None) -> None:
    """Kotak Senyum's collector: receives votes, keeps them, shows what they say."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    ctx.obj = config.load(file, os.environ, data)
