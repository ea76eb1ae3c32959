"""senyum-collector alerts: what is wrong, who is told of it, and what people say."""

import json
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import Final

import click
from sqlite_utils import Database

from collector.alerts.delivery import deliver
from collector.alerts.figures import false_alarms
from collector.alerts.kinds import DISTRICT, TRAITS, is_for
from collector.alerts.points import read_points
from collector.alerts.running import run as one_round
from collector.alerts.wording import words
from collector.commands.ingest import now_ms
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.falsealarms import LEAST, Expected
from collector.ledger import alerts as ledger_alerts
from collector.ledger import runs
from collector.ledger.alerts import Kept, Thresholds
from collector.ledger.places import agencies, require_agency
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, read_snapshot, writing

NOTED_EVERY_MS: Final = 3_600_000  # a round that goes as the one before it is noted so often
TOLD_EVERY_MS: Final = 86_400_000  # and of one that fails as before somebody is told so often


@click.group()
def alerts() -> None:
    """What needs somebody: seen every ten minutes, told, acknowledged, closed."""


# ---------------------------------------------------------------- a round


@alerts.command()
@click.pass_obj
def run(config: Config) -> None:
    """Look what is wrong and tell those who are named in alerts.toml.

    For a timer every ten minutes. Nobody is told anything in quiet hours, on weekends and
    holidays; what is not urgent waits for the daily letter. A letter that nobody took is tried
    again. This fails loudly at the first failure, and then once a day.
    """
    began = now_ms()
    with closing(open_ledger(config.ledger)) as db:
        before, good = (found.get("alerts") for found in (runs.latest(db), runs.latest_good(db)))
        try:
            said = _round(db, config, began)
        except (CollectorError, OSError) as error:
            news = _is_news(before, good, began)
            _record(db, Run("alerts", began, False, now_ms() - began, str(error)), before, news)
            if news:
                raise
            click.echo(f"still failing, as was told: {error}")
            return
        _record(db, Run("alerts", began, True, now_ms() - began, said), before)
    click.echo(said)


def _round(db: Database, config: Config, began: int) -> str:
    now = datetime.fromtimestamp(began / 1000, config.zone)
    done = one_round(db, config, now, deliver)
    return f"{done.fresh} new, {done.over} over, {done.live} live; {done.letters} letters"


def _record(db: Database, run: Run, before: Run | None, news: bool = False) -> None:
    """Not all of 144 rounds a day: those that go otherwise than the one before, and one an hour."""
    same = before is not None and before.ok == run.ok and not news
    if same and before is not None and run.at_ms - before.at_ms < NOTED_EVERY_MS:
        return
    with writing(db):
        runs.record(db, run)


def _is_news(before: Run | None, good: Run | None, began: int) -> bool:
    """The first failure after a success, or another day of failing."""
    if before is None or before.ok:
        return True
    since = good.at_ms if good else 0
    return (began - since) // TOLD_EVERY_MS > (before.at_ms - since) // TOLD_EVERY_MS


# ---------------------------------------------------------------- what people say


@alerts.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs: one array of objects.")
@click.pass_obj
def list_(config: Config, *, as_json: bool) -> None:
    """List the alerts that are live: open, acknowledged, or closed while it lasts."""
    with closing(read_snapshot(config.ledger)) as db:
        shorts = {agency.agency: agency.short for agency in agencies(db)}
        found = [each for each in ledger_alerts.live(db) if is_for(each.alert, DISTRICT)]
    if as_json:
        click.echo(json.dumps([_plain(each) for each in found], ensure_ascii=False))
    else:
        lines = (f"{each.id}  {each.state}  {_said(each, shorts)}" for each in found)
        click.echo("\n".join(lines) or "nothing is wrong")


def _said(kept: Kept, shorts: dict[str, str]) -> str:
    comment = f"  ({kept.who}: {kept.comment})" if kept.comment else ""
    return words(kept.alert, shorts).indonesian() + comment


def _plain(kept: Kept) -> dict[str, object]:
    alert = kept.alert
    return {
        "alert": kept.id,
        "kind": alert.kind,
        "subject": alert.subject,
        "agency": alert.agency,
        "act": TRAITS[alert.kind].act,
        "since": alert.since,
        "state": kept.state,
        "comment": kept.comment,
    }


@alerts.command()
@click.argument("alert", type=click.IntRange(min=1))
@click.pass_obj
def acknowledge(config: Config, alert: int) -> None:
    """Say that somebody looks after ALERT: nobody is told of it again. In the journal."""
    with closing(open_ledger(config.ledger)) as db:
        ledger_alerts.acknowledge(db, by_me(), alert)
    click.echo(f"alert {alert} is acknowledged")


@alerts.command()
@click.argument("alert", type=click.IntRange(min=1))
@click.option("--comment", required=True, help="One line for those who look later. No names.")
@click.pass_obj
def close(config: Config, alert: int, comment: str) -> None:
    """Close ALERT: it stays silent while it lasts, and comes anew once it was over."""
    with closing(open_ledger(config.ledger)) as db:
        ledger_alerts.close_alert(db, by_me(), alert, comment)
    click.echo(f"alert {alert} is closed")


# ---------------------------------------------------------------- thresholds


@alerts.command()
@click.option("--agency", metavar="SLUG", help="Whose index; without it: of all agencies.")
@click.option("--drop", required=True, metavar="POINTS", help="It falls by so many, such as 5.")
@click.option("--set", "is_set", is_flag=True, help="Set it; 0 points end it. In the journal.")
@click.pass_obj
def threshold(config: Config, agency: str | None, drop: str, *, is_set: bool) -> None:
    """Say how many false alarms a threshold would give, by each agency's own closed months.

    An alert comes where the index of the last closed month is lower by so many points than that of
    the month before, and by more than chance explains.
    """
    points = read_points(drop)
    with closing(open_ledger(config.ledger)) as db:
        if agency is not None:
            require_agency(db, agency)
        click.echo(_expectation(_tried(db, config, agency, points)))
        if is_set:
            ledger_alerts.set_threshold(db, by_me(), agency, points)
            told = f"alert at a fall of {points} points" if points else "no alert"
            click.echo(f"{agency or 'all agencies'}: {told}")


def _tried(
    db: Database, config: Config, agency: str | None, points: Decimal
) -> dict[str, Expected | None]:
    """Of one agency; or of all, as if none had a threshold of its own."""
    today = datetime.fromtimestamp(now_ms() / 1000, config.zone).date()
    if agency is None:
        return false_alarms(db, Thresholds({}, points), today)
    return {agency: false_alarms(db, Thresholds({agency: points}, None), today).get(agency)}


def _expectation(found: dict[str, Expected | None]) -> str:
    known = [each for each in found.values() if each is not None]
    if not known:
        return f"too little is known: it takes {LEAST} changes between closed months with an index"
    a_month, moves, fired = (sum(part) for part in zip(*known, strict=True))
    unknown = len(found) - len(known)
    return (
        f"expected false alarms: {a_month} a month, by {moves} changes from month to month;"
        f" it would have fired on {fired} of them"
        + (f"; of {unknown} agencies too little is known" if unknown else "")
    )
