"""A period by its name on the command line: 2025-S2, 2025-07 and the like."""

from typing import Any

import click

from collector.index.periodnames import period_named
from collector.index.periods import Days


class PeriodName(click.ParamType[Days]):
    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Days:
        try:
            return period_named(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
