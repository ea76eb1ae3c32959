"""The options --from and --to: local days, both included, as people say them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import click

from collector.commands.day import Day
from collector.index.periods import Days

F = TypeVar("F", bound=Callable[..., Any])


def period_options(command: F) -> F:
    """Adds `first` and `last` to the command; `days_of` makes a period of them."""
    last = click.option(
        "--to", "last", type=Day(), required=True, metavar="DAY", help="Last day, included."
    )
    first = click.option(
        "--from", "first", type=Day(), required=True, metavar="DAY", help="First local day."
    )
    return first(last(command))


def days_of(first: date, last: date) -> Days:
    """The days from `first` to `last`, both included. Raises click.BadParameter."""
    if last < first:
        raise click.BadParameter(f"--to {last} is before --from {first}")
    return Days(first, last + timedelta(days=1))
