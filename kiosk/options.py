"""The option that every command of senyum-kiosk has."""

from pathlib import Path
from typing import Final

import click

from kiosk.config import DEFAULT_FILE

config_file: Final = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    default=DEFAULT_FILE,
    show_default=True,
    help="TOML file with the kiosk's settings.",
)
