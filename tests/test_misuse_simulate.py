"""The simulated fleet: the tables of docs/misuse.md, and the budget on traffic that is bursty."""

import random
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from statistics import fmean, pvariance

import msgspec
import pytest
from click.testing import CliRunner

from collector.cli import main
from collector.misuse import traffic
from collector.misuse.ruleset import MOST_FALSE, Rules, read_ruleset
from collector.misuse.silences import false_silences
from collector.misuse.simulating import Simulation
from collector.misuse.traffic import KINDS, Office, Open
from collector.servicehours import read_calendar

DOC = Path("docs/misuse.md").read_text(encoding="utf-8")
NOWHERE = Path("nowhere")
RULES = read_ruleset(NOWHERE).rules
DAY = Open(1_767_569_400, 1_767_600_000)
OFFICE = Office(
    a_day=40, smile=1.2, neutral=0.5, days_differ=0.3, moods_differ=0.3, slips=0.1, even=1
)


@lru_cache(maxsize=1)
def short_form() -> str:
    words = ["misuse", "simulate", "--kiosks", "8", "--weeks", "22"]
    result = CliRunner().invoke(main, ["--data", "nowhere", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_short_form_in_the_document_is_what_the_command_prints() -> None:
    assert f"```text\n{short_form()}```" in DOC


def test_the_document_tells_the_long_form_of_the_same_rules() -> None:
    """Whoever changes the ruleset runs it again: `senyum-collector misuse simulate`."""
    ruleset = read_ruleset(NOWHERE)
    assert f"ruleset {ruleset.rules.version} ({ruleset.digest[:12]}), seed 557" in DOC
    assert all(f"| {kind.replace('_', ' ')} |" in DOC for kind in KINDS)


def test_the_same_seed_gives_the_same_fleet_and_another_one_another() -> None:
    calendar = read_calendar(NOWHERE)
    one, same, other = (Simulation(RULES, calendar, seed, 2, 20).honest for seed in (1, 1, 2))
    assert one == same
    assert one != other


# ---------------------------------------------------------------- honest votes


def test_honest_traffic_is_burstier_than_chance() -> None:
    """Votes of a quarter of an hour, and of a day: Poisson has a variance like the mean."""
    chance = random.Random(1)
    days = [OFFICE.day(DAY, chance) for _ in range(300)]
    quarters = [n for day in days for n in per_quarter(day)]
    assert pvariance(quarters) > 1.3 * fmean(quarters)
    sizes = [len(day) for day in days]
    assert pvariance(sizes) > 3 * fmean(sizes)


def per_quarter(day: list[traffic.Vote]) -> list[int]:
    found = Counter(int(at - DAY.opens) // 900 for at, _ in day)
    return [found[n] for n in range((DAY.closes - DAY.opens) // 900)]


def test_no_two_votes_are_closer_than_a_kiosk_takes_them() -> None:
    chance = random.Random(2)
    times = [at for _ in range(50) for at, _ in OFFICE.day(DAY, chance)]
    assert all(b - a > traffic.SETTLE or b < a for a, b in pairwise(times))


def test_the_budget_holds_for_a_fleet_that_has_all_of_it() -> None:
    """Thirty kiosks that may have the ten false cases of a month among themselves."""
    budget = msgspec.structs.replace(RULES.budget, least_kiosks=1)
    rules: Rules = msgspec.structs.replace(RULES, budget=budget)
    simulation = Simulation(rules, read_calendar(NOWHERE), 12, 30, 34)
    found = simulation.of_honest_votes()
    assert found.months > 4
    cases = found.cases.total() + false_silences(simulation)
    assert cases / found.months <= budget.total() == MOST_FALSE
    assert found.cases.total() > 0, "else it is not the budget that holds them back"
    assert found.left_out["burst"] / found.votes < 0.005


def test_a_kiosk_that_falls_silent_is_called_so_once() -> None:
    """The simulation's own rule: of a kiosk that is covered for the last three weeks."""
    simulation = Simulation(RULES, read_calendar(NOWHERE), 1, 3, 20)
    before = false_silences(simulation)
    busiest = max(simulation.honest.values(), key=lambda votes: sum(map(len, votes.values())))
    for day in sorted(busiest)[-15:]:
        busiest[day] = []
    assert false_silences(simulation) == before + 1


# ---------------------------------------------------------------- misuse


@pytest.mark.parametrize("kind", list(KINDS))
def test_misuse_is_of_the_day_and_told(kind: str) -> None:
    chance = random.Random(3)
    honest = OFFICE.day(DAY, chance)
    added = KINDS[kind](DAY, honest, 0, chance)
    assert added
    assert {face for _, face in added} == {"frown" if kind == "sabotage" else "smile"}
    low = DAY.opens - (7200 if kind == "off_hours" else 0)
    assert all(low <= at <= DAY.closes + 60 for at, _ in added)


def test_a_smile_right_after_a_frown_is_no_vote() -> None:
    chance = random.Random(4)
    honest = OFFICE.day(DAY, chance)
    added = traffic.erasing(DAY, honest, 0, chance)
    mixed = traffic.taken([*honest, *added])
    assert sum(face == "frown" for _, face in mixed) == sum(face == "frown" for _, face in honest)
    assert not set(added) & set(mixed)
