"""A period as people say it: by its name, or by its first and last local day, both included."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

import click

from collector.commands.day import Day
from collector.commands.periodname import PeriodName
from collector.index.periodnames import EXAMPLES
from collector.index.periods import Days

Command = Callable[..., Any]


def period_options(command: Command) -> Command:
    """Adds --period, or --from with --to; the command gets `days`."""

    @wraps(command)
    def with_days(*args: Any, **options: Any) -> Any:
        first, last, period = (options.pop(name) for name in ("first", "last", "period"))
        return command(*args, days=_days(first, last, period), **options)

    last = click.option("--to", "last", type=Day(), metavar="DAY", help="Last day, included.")
    first = click.option("--from", "first", type=Day(), metavar="DAY", help="First local day.")
    period = click.option("--period", type=PeriodName(), metavar="PERIOD", help=f"{EXAMPLES}.")
    return period(first(last(with_days)))


def _days(first: date | None, last: date | None, period: Days | None) -> Days:
    """Raises click.UsageError unless there is either a period, or its first and last day."""
    if period is not None and first is None and last is None:
        return period
    if period is not None or first is None or last is None:
        raise click.UsageError("which days? Give either --period, or both --from and --to")
    if last < first:
        raise click.BadParameter(f"--to {last} is before --from {first}")
    return Days(first, last + timedelta(days=1))
