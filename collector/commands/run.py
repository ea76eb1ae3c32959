"""senyum-collector run: all of it on one machine, in one terminal."""

import time

import click

from collector.app import one_machine
from collector.supervise import Stopper, Supervisor, keep


@click.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Run broker, ingest and web pages on this machine until Ctrl-C."""
    stopper = Stopper()
    supervisor = Supervisor(one_machine(ctx.obj, _options(ctx)), time.monotonic)
    supervisor.start()
    try:
        keep(supervisor, lambda: stopper.asked)
    finally:
        supervisor.stop()


def _options(ctx: click.Context) -> list[str]:
    """The options of the group, for the children to find the same settings."""
    given = ctx.parent.params if ctx.parent else {}
    named = {"--config": given.get("file"), "--data": given.get("data")}
    return [part for name, value in named.items() if value for part in (name, str(value))]
