"""The rules that open cases: what each sees, and that chance alone seldom opens one."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index import alikeness, rhythm, sitting, volume
from collector.index.alikeness import Cluster
from collector.index.corrected import gap
from collector.index.periods import Days
from collector.index.volume import Load
from collector.ledger.cases import Opening
from collector.misuse.judging import DAYS_A_MONTH, LONG, WEEKS_A_MONTH, Subject, Week, alphas
from collector.misuse.ruleset import read_ruleset

RULES = read_ruleset(Path("nowhere")).rules
MONDAY = date(2026, 8, 3)
WEEK = Days(MONDAY, MONDAY + timedelta(days=7))

# ---------------------------------------------------------------- arithmetic


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_the_longest_run_of_each_face(faces: list[str]) -> None:
    runs = sitting.longest_runs(faces)
    assert set(runs) == set(faces)
    for face, run in runs.items():
        assert faces[run.first : run.first + run.length] == [face] * run.length
        longer = [face] * (run.length + 1)
        assert all(faces[n : n + len(longer)] != longer for n in range(len(faces)))


def test_with_a_share_that_is_known_the_limit_is_the_usual_one() -> None:
    """ln(22 n (1 - p)) / -ln p, of FIELD's rule, which allows a false run a month of 22 days."""
    n, p = 100, 0.75
    sure = 1e7
    usual = log(22 * n * (1 - p)) / -log(p)
    found = sitting.shortest_odd_run(n, p * sure, (1 - p) * sure, 1 / 22)
    assert usual - 1 < found <= usual + 1


def test_days_that_differ_make_the_limit_longer() -> None:
    limits = [sitting.shortest_odd_run(60, 0.7 * s, 0.3 * s, 1e-3) for s in (1e6, 50, 10)]
    assert limits == sorted(limits)
    assert limits[0] < limits[2]


@pytest.mark.parametrize("shape", [1, 2, 3])
@pytest.mark.parametrize("gaps", [8, 20])
def test_even_gaps_are_as_rare_as_is_said(shape: int, gaps: int) -> None:
    """Bartlett's approximation against simulation, where it matters: in the lower tail."""
    chance = random.Random(shape * 100 + gaps)
    rounds = 5000
    found = Counter[float]()
    for _ in range(rounds):
        own = [chance.gammavariate(shape, 60 / shape) for _ in range(gaps)]
        for limit in (0.1, 0.01):
            found[limit] += rhythm.chance(own, shape) <= limit
    assert 0.085 < found[0.1] / rounds < 0.115
    assert 0.006 < found[0.01] / rounds < 0.0145


def test_the_most_even_stretch_is_found() -> None:
    times = [0.0, 200, 210, 310, 410, 510, 610, 900]
    best = rhythm.most_even(times, 4, 20, 3)
    assert best is not None
    assert (best.mean, best.gaps, best.looks, best.chance) == (100, 4, 4, 0)
    assert rhythm.most_even(times, 4, 500, 3) is None
    assert rhythm.most_even(times[:4], 4, 20, 3) is None


def test_clusters_that_do_not_differ_have_no_correlation() -> None:
    chance = random.Random(5)
    groups = [
        [Cluster(50, sum(chance.random() < 0.8 for _ in range(50))) for _ in range(12)]
        for _ in range(40)
    ]
    assert alikeness.rho(groups) < 0.005


def test_the_correlation_of_clusters_is_found_again() -> None:
    chance, true = random.Random(6), 0.1
    a, b = 0.8 * (1 - true) / true, 0.2 * (1 - true) / true
    groups = []
    for _ in range(200):
        shares = [chance.betavariate(a, b) for _ in range(12)]
        groups.append([Cluster(40, sum(chance.random() < p for _ in range(40))) for p in shares])
    assert alikeness.rho(groups) == pytest.approx(true, abs=0.015)


def test_the_spread_of_loads_is_found_again() -> None:
    chance, true = random.Random(7), 0.04
    groups = []
    for _ in range(300):
        weeks = [100 * chance.gammavariate(1 / true, true) for _ in range(12)]
        groups.append([Load(poisson(chance, mean), 5) for mean in weeks])
    assert volume.spread(groups) == pytest.approx(true, abs=0.006)


def poisson(chance: random.Random, mean: float) -> int:
    at, n = chance.expovariate(1), 0
    while at < mean:
        at, n = at + chance.expovariate(1), n + 1
    return n


@given(st.integers(1, 60), st.integers(1, 300), st.floats(0, 0.5))
def test_more_is_never_more_likely(votes: int, days: int, wide: float) -> None:
    before = [Load(40, 5)] * 8
    chances = [volume.chance_of_more(Load(n, 5), before, wide) for n in (votes, votes + days)]
    assert 1 >= chances[0] >= chances[1] >= 0
    shares = [
        alikeness.chance_of_more([Cluster(400, n)], [Cluster(50, 30)] * 8, wide)
        for n in (votes, votes + days)
    ]
    assert 1 >= shares[0] >= shares[1] >= 0


@given(st.integers(1, 2000), st.integers(1, 6))
def test_all_looks_of_a_month_are_within_the_budget(kiosks: int, faces: int) -> None:
    alpha, budget, part = alphas(RULES, kiosks, faces), RULES.budget, RULES.caution
    weeks, days = kiosks * WEEKS_A_MONTH, kiosks * DAYS_A_MONTH
    expected = {
        "rhythm": alpha.rhythm * days,
        "sitting": alpha.sitting * days * faces,
        "volume": alpha.volume * weeks,
        "share": alpha.share * weeks * faces * (1 + 1 / LONG),
        "corrections": alpha.corrections * weeks / LONG,
        "presence": alpha.presence * days,
    }
    fleet = min(kiosks / budget.least_kiosks, 1)
    for rule, cases in expected.items():
        assert cases == pytest.approx(fleet * getattr(part, rule) * getattr(budget, rule))
    assert budget.total() <= 10


# ---------------------------------------------------------------- a week of a fleet


def usual(seed: int, week: dict[date, list[tuple[float, str]]] | None = None) -> Subject:
    """Forty votes a day on working days, three in four a smile, for 17 weeks; then `week`."""
    chance = random.Random(seed)
    tallies, lists = {}, {}
    for n in range(17 * 7):
        day = WEEK.end - timedelta(days=n + 1)
        if day.weekday() < 5:
            own = sorted(
                (chance.random() * 30_000, chance.choice(["smile"] * 3 + ["frown"]))
                for _ in range(chance.randint(32, 48))
            )
            own = (week or {}).get(day, own)
            tallies[day], lists[day] = Counter(face for _, face in own), own
    return Subject(f"kiosk-{seed}", date(2020, 1, 1), tallies, is_open, lists)


def is_open(day: date) -> bool:
    return day.weekday() < 5


def judged(*subjects: Subject) -> list[Opening]:
    others = [usual(seed) for seed in range(2, 12)]
    return list(Week(RULES, [*subjects, *others], WEEK).cases())


def rules_of(cases: list[Opening]) -> set[tuple[str, str]]:
    return {(case.rule, case.kiosk) for case in cases}


def test_a_usual_week_opens_no_case() -> None:
    assert judged(usual(1)) == []


def test_a_run_of_smiles_is_sitting() -> None:
    row = [(float(20 * n), "smile") for n in range(60)]
    odd = [(at + (7 * n) % 13, face) for n, (at, face) in enumerate(row)]
    cases = judged(usual(1, {MONDAY: [*odd, (9000.0, "frown")]}))
    sat = next(case for case in cases if case.rule == "sitting")
    assert (sat.kiosk, sat.days) == ("kiosk-1", Days(MONDAY, MONDAY + timedelta(days=1)))
    assert (sat.evidence["run"], sat.evidence["face"]) == (60, "smile")
    assert sat.evidence["limit"] <= 60


def test_a_clockwork_is_rhythm() -> None:
    chance = random.Random(3)
    beat = [(120.0 * n + chance.gauss(0, 3), "smile") for n in range(25)]
    frowns = [(120.0 * n + 40, "frown") for n in range(1, 25, 2)]
    assert ("rhythm", "kiosk-1") in rules_of(judged(usual(1, {MONDAY: sorted(beat + frowns)})))


def test_three_times_as_many_votes_are_volume_and_no_share() -> None:
    chance = random.Random(4)
    crowded = {
        MONDAY + timedelta(days=n): sorted(
            (chance.random() * 30_000, chance.choice(["smile"] * 3 + ["frown"])) for _ in range(120)
        )
        for n in range(5)
    }
    assert rules_of(judged(usual(1, crowded))) == {("volume", "kiosk-1")}


def test_frowns_all_week_are_share() -> None:
    chance = random.Random(5)
    sour = {
        MONDAY + timedelta(days=n): sorted(
            (chance.random() * 30_000, chance.choice(["smile", "frown"])) for _ in range(40)
        )
        for n in range(5)
    }
    cases = judged(usual(1, sour))
    assert rules_of(cases) == {("share", "kiosk-1")}
    assert {case.evidence["face"] for case in cases} == {"frown"}


SMILES = {"smile": 90, "neutral": 6, "frown": 4}


def test_the_gap_is_that_of_the_same_votes_uncorrected() -> None:
    found = gap(SMILES, {("smile", "frown"): 3, ("smile", "neutral"): 2}, Decimal(1))
    assert found is not None
    assert (found.shown, found.uncorrected) == (Decimal("94.75"), Decimal("97.75"))
    assert found.is_odd
    few = gap(SMILES, {("smile", "frown"): 2}, Decimal(1))
    assert few is not None
    assert not few.is_odd
    assert gap({"great": 50}, {}, Decimal(1)) is None, "no vote of this scale"


@given(
    st.fixed_dictionaries({face: st.integers(0, 400) for face in SMILES}),
    st.integers(0, 400),
    st.sampled_from([("smile", "frown"), ("smile", "neutral"), ("neutral", "frown")]),
)
def test_corrections_only_lower_the_index(
    votes: dict[str, int], turned: int, direction: tuple[str, str]
) -> None:
    part = min(turned, votes[direction[1]])
    found = gap(votes, {direction: part}, Decimal(1))
    assert found is None or found.uncorrected >= found.shown


@pytest.mark.parametrize(("a_day", "odd"), [(1, False), (12, True)])
def test_corrections_beyond_the_interval_open_a_case(a_day: int, *, odd: bool) -> None:
    """Three in a hundred may be slips; if each frown was a smile first, somebody is at work."""
    subject = usual(1)
    turned = {
        WEEK.end - timedelta(days=n): {("smile", "frown"): min(a_day, frowns)}
        for n in range(1, 29)
        if (frowns := subject.tallies.get(WEEK.end - timedelta(days=n), {}).get("frown"))
    }
    cases = with_slips(replace(subject, corrections=turned))
    assert rules_of(cases) == ({("corrections", "kiosk-1")} if odd else set())


def with_slips(*subjects: Subject) -> list[Opening]:
    """Beside others, where one frown a day was a smile first."""
    slip = {WEEK.end - timedelta(days=n): {("smile", "frown"): 1} for n in range(1, 29)}
    others = [replace(usual(seed), corrections=slip) for seed in range(2, 12)]
    return list(Week(RULES, [*subjects, *others], WEEK).cases())


def test_corrections_are_judged_every_fourth_week_beside_three_others() -> None:
    turned = {WEEK.end - timedelta(days=n): {("smile", "frown"): 9} for n in range(1, 29)}
    subject = replace(usual(1), corrections=turned)
    assert list(Week(RULES, [subject, usual(2), usual(3)], WEEK).cases()) == []
    later = Days(WEEK.first - timedelta(weeks=1), WEEK.first)
    others = [usual(seed) for seed in range(2, 12)]
    assert list(Week(RULES, [subject, *others], later).cases()) == []


def test_without_a_baseline_nothing_is_odd() -> None:
    young = usual(1, {MONDAY: [(20.0 * n, "frown") for n in range(60)]})
    young = Subject(young.kiosk, MONDAY - timedelta(weeks=5), *[
        getattr(young, name) for name in ("tallies", "is_open", "lists")
    ])  # fmt: skip
    assert {rule for rule, _ in rules_of(judged(young))} <= {"rhythm"}


def test_more_kiosks_make_every_rule_stricter() -> None:
    few, many = alphas(RULES, 100, 3), alphas(RULES, 300, 3)
    assert all(a == pytest.approx(3 * b) for a, b in zip(few, many, strict=True))
    assert alphas(RULES, 5, 3) == few, "a small fleet is not allowed more of them for each kiosk"
