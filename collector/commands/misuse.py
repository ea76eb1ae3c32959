"""senyum-collector misuse: the rules against misuse, and the cases that they open."""

from collections import Counter
from contextlib import closing
from datetime import datetime, time
from typing import Final

import click
from sqlite_utils import Database

from collector.commands.ingest import now_ms
from collector.commands.misuse_shown import (
    case_line,
    cases_json,
    corrections_json,
    corrections_line,
    presence_line,
    presences_json,
    simulated,
    vote_lines,
)
from collector.commands.period import period_options
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.periods import Days
from collector.ledger import cases as ledger_cases
from collector.ledger import misuse as ledger_misuse
from collector.ledger import registry, runs
from collector.ledger.cases import VERDICTS, Case, Verdict
from collector.ledger.copies import Place
from collector.ledger.deeds import tell
from collector.ledger.misuse import Told
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.misuse import running
from collector.misuse.corrections import corrected_by_kiosk
from collector.misuse.presence import Watch
from collector.misuse.ruleset import Ruleset, read_ruleset
from collector.misuse.running import Found
from collector.misuse.simulating import LEAST_WEEKS, Simulation
from collector.servicehours import read_calendar


class NoVote(CollectorError, LookupError):
    """No vote stands at that place."""


@click.group()
def misuse() -> None:
    """Rules against misuse: what the filtered index leaves out, and cases for people."""


# ---------------------------------------------------------------- run


@misuse.command()
@click.pass_obj
def run(config: Config) -> None:
    """Look at the votes of closed days, as far as their exact time is still known.

    For a daily timer, before 'erase'; a second run finds nothing new. Votes in a burst or outside
    of service hours are left out of the filtered index ('index --filtered'), for good; the votes
    and the index that pages show stay as they are. What cannot be pinned to votes opens a case,
    once the week is over.
    """
    began = now_ms()
    with closing(open_ledger(config.ledger)) as db:
        try:
            ruleset, found = _run(db, config, began)
        except CollectorError as error:
            _record(db, began, str(error), ok=False)
            raise
        said = _said(ruleset, found)
        _record(db, began, said, ok=True)
    click.echo(said)


def _run(db: Database, config: Config, began: int) -> tuple[Ruleset, Found]:
    ruleset, calendar = read_ruleset(config.data_dir), read_calendar(config.data_dir)
    now = datetime.fromtimestamp(began / 1000, config.zone)
    return ruleset, running.run(db, ruleset, calendar, now)


def _said(ruleset: Ruleset, found: Found) -> str:
    by = Counter(flag.rule for flag in found.flags)
    return (
        f"ruleset {ruleset.rules.version} ({ruleset.digest[:12]}): {found.votes} votes of"
        f" {found.kiosks} kiosks; left out: burst {by['burst']}, hours {by['hours']};"
        f" cases opened: {found.opened}"
    )


def _record(db: Database, began: int, said: str, *, ok: bool) -> None:
    ended = now_ms()
    with writing(db):
        runs.record(db, Run("misuse", ended, ok, ended - began, said))


# ---------------------------------------------------------------- cases


@misuse.command("cases")
@click.option("--all", "everything", is_flag=True, help="Closed ones too, with their reasons.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one array of objects.")
@click.pass_obj
def list_cases(config: Config, *, everything: bool, as_json: bool) -> None:
    """List the cases that wait for a person, the oldest first. For the regency only.

    A case says what was odd at a kiosk, and how odd chance would have to be: no proof. At most
    ten a month of the whole fleet are expected to be by chance alone.
    """
    with closing(read_snapshot(config.ledger)) as db:
        found = ledger_cases.cases(db, closed=everything)
    click.echo(cases_json(found) if as_json else "\n".join(map(case_line, found)) or _NO_CASE)


_NO_CASE: Final = "no case waits"


@misuse.command()
@click.argument("case", type=click.IntRange(min=1))
@click.option(
    "--verdict",
    type=click.Choice(VERDICTS),
    required=True,
    help="What it was, as far as you could find out.",
)
@click.option("--reason", required=True, help="One line for the auditor. No name of a person.")
@click.pass_obj
def close(config: Config, case: int, verdict: Verdict, reason: str) -> None:
    """Close CASE for good, with a reason; the journal notes who did, and when."""
    with closing(open_ledger(config.ledger)) as db:
        ledger_cases.close_case(db, by_me(), case, verdict, reason)
    click.echo(f"case {case} is closed: {verdict}")


# ---------------------------------------------------------------- corrections


@misuse.command()
@period_options
@click.option("--json", "as_json", is_flag=True, help="For programs: one array of objects.")
@click.pass_obj
def corrections(config: Config, *, days: Days, as_json: bool) -> None:
    """Count what was corrected within a settle window, per kiosk and direction.

    A vote may be corrected downwards only. A more favourable press within the window is no vote and
    is not sent: a kiosk only says how often that was since its panel started ('contested'), without
    a face. Where many frowns were, and many contested presses, somebody may stand beside the box.
    """
    ends = (datetime.combine(day, time(), config.zone) for day in (days.first, days.end))
    begin, end = (round(each.timestamp()) for each in ends)
    with closing(read_snapshot(config.ledger)) as db:
        rows = list(corrected_by_kiosk(db, begin, end))
    text = corrections_json(rows) if as_json else "\n".join(map(corrections_line, rows))
    click.echo(text or "no kiosk")


# ---------------------------------------------------------------- presence


@misuse.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: one array of objects.")
@click.pass_obj
def presence(config: Config, *, as_json: bool) -> None:
    """Say which kiosks give no votes though people are served, up to now. For the regency only.

    \b
    present  a vote came lately enough
    silent   none came for longer than chance explains, while the kiosk reported:
             was it moved, covered, unplugged?
    unheard  likewise, but it did not report either: power or network?
    few      so few votes come that silence says nothing
    young    too little is known of this kiosk at this place yet

    What is expected is told by the hours of the weeks before; holidays are no silence. The fleet
    page tells the same as it was at the end of the last closed day.
    """
    rules, calendar = read_ruleset(config.data_dir).rules, read_calendar(config.data_dir)
    now = datetime.fromtimestamp(now_ms() / 1000, config.zone)
    with closing(read_snapshot(config.ledger)) as db:
        found = Watch(db, rules, calendar, now).presences()
    if as_json:
        click.echo(presences_json(found, config.zone))
    else:
        click.echo("\n".join(presence_line(each, config.zone) for each in found) or "no kiosk")


# ---------------------------------------------------------------- one vote


@misuse.command()
@click.argument("vote")
@click.pass_obj
def explain(config: Config, vote: str) -> None:
    """Say what the rules have to do with VOTE, which is its epoch and seq: 3f9a2c/17.

    The journal notes that it was asked: one row may be one person.
    """
    with closing(open_ledger(config.ledger)) as db:
        name, told = _vote(db, vote)
        tell(db, by_me(), "vote-explained", vote=name)
        last, cases = ledger_misuse.last_look(db), _cases_of(db, told, config)
        click.echo(vote_lines(name, told, last, cases, config.zone))


def _vote(db: Database, vote: str) -> tuple[str, Told]:
    prefix, _, seq = vote.rpartition("/")
    if not prefix or not seq.isascii() or not seq.isdigit():
        raise NoVote(f"{vote!r} is no vote; it is named by its epoch and seq, such as 3f9a2c/17")
    epoch = registry.find_epoch(db, prefix)
    told = ledger_misuse.told(db, Place(epoch.e, int(seq)))
    if told is None:
        raise NoVote(f"epoch {epoch.epoch[:12]} of {epoch.kiosk} has {epoch.seq} votes, no {seq}")
    return f"{epoch.epoch[:12]}/{seq}", told


def _cases_of(db: Database, told: Told, config: Config) -> list[Case]:
    if told.lo is None:
        return []
    day = datetime.fromtimestamp(told.lo, config.zone).date()
    return ledger_cases.cases_about(db, told.kiosk, str(day))


# ---------------------------------------------------------------- simulate


@misuse.command()
@click.option("--seed", type=int, default=557, show_default=True, help="Chance, by number.")
@click.option("--kiosks", type=click.IntRange(1, 1000), default=60, show_default=True)
@click.option(
    "--weeks",
    type=click.IntRange(LEAST_WEEKS, 520),
    default=52,
    show_default=True,
    help="How long; the first 16 are the baseline only.",
)
@click.pass_obj
def simulate(config: Config, seed: int, kiosks: int, weeks: int) -> None:
    """Try the rules on a simulated fleet: false cases, and what is caught of which misuse.

    Reads the ruleset, hours and holidays of the data folder, and no vote.
    """
    ruleset = read_ruleset(config.data_dir)
    calendar = read_calendar(config.data_dir)
    name = f"ruleset {ruleset.rules.version} ({ruleset.digest[:12]})"
    click.echo(f"{name}, seed {seed}, {kiosks} kiosks, {weeks} weeks:")
    for line in simulated(Simulation(ruleset.rules, calendar, seed, kiosks, weeks)):
        click.echo(line)
