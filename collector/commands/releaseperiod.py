"""A period of releases by its name on the command line: 2026-08, 2026-T3, 2026-S1, 2026."""

from typing import Any, Final

import click

from collector.index.periodnames import period_named
from collector.release.timetable import Period, period_of

EXAMPLES: Final = "2026, 2026-S1, 2026-T3 or 2026-08"


class ReleasePeriod(click.ParamType[Period]):
    name = "period"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        try:
            period = period_of(period_named(value))
        except ValueError:
            period = None
        if period is None:
            self.fail(f"{value!r} is no period of releases; write {EXAMPLES}", param, ctx)
        return period
