"""The options --from and --to: local days, both included, as people say them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import click

from collector.index.periods import Days

F = TypeVar("F", bound=Callable[..., Any])


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} is not a day like 2026-08-17", param, ctx)


def period_options(command: F) -> F:
    """Adds `first` and `last` to the command; `days_of` makes a period of them."""
    last = click.option(
        "--to", "last", type=_Day(), required=True, metavar="DAY", help="Last day, included."
    )
    first = click.option(
        "--from", "first", type=_Day(), required=True, metavar="DAY", help="First local day."
    )
    return first(last(command))


def days_of(first: date, last: date) -> Days:
    """The days from `first` to `last`, both included. Raises click.BadParameter."""
    if last < first:
        raise click.BadParameter(f"--to {last} is before --from {first}")
    return Days(first, last + timedelta(days=1))
