"""The simulated public: office hours, two peaks, moods; one seed makes one public."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.demo.public import (
    SETTLE,
    SMILES,
    Character,
    Public,
    Trouble,
    arrivals,
    busyness,
    character,
    face_of,
    face_of_four,
)
from collector.index.scales import SCALES

MONDAY = date(2026, 3, 2)
OFFICE = ((450, 960),)
CHARACTER = Character(volume=60, warmth=1.2, drift=0.0, season=0.0)

hours = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda ends: tuple(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


def _year(public: Public, spans=OFFICE) -> list:
    days = (MONDAY + timedelta(days=number) for number in range(364))
    return [citizen for day in days for citizen in public.citizens(day, spans)]


def _smiles(citizens) -> float:
    return sum(citizen.face == "smile" for citizen in citizens) / len(citizens)


@given(st.text(max_size=5), st.dates(), hours, st.floats(0, 400))
def test_everybody_comes_in_order_while_it_is_open(seed, day, spans, volume):
    public = Public(seed, CHARACTER._replace(volume=volume), MONDAY)
    times = [citizen.at for citizen in public.citizens(day, spans)]
    assert all(any(first <= at / 60 <= end for first, end in spans) for at in times)
    assert all(later - earlier > 2 * SETTLE for earlier, later in pairwise(times))


@given(st.text(max_size=5), st.dates(max_value=date(9999, 12, 30)), hours, st.floats(0, 400))
def test_whoever_sits_at_the_box_keeps_others_from_voting(seed, day, spans, volume):
    public = Public(seed, CHARACTER._replace(volume=volume), MONDAY)
    usual = public.citizens(day, spans)
    sat = replace(public, sat=day).citizens(day, spans)
    if not usual:
        assert sat == []
        return
    smiles, others = sat[:SMILES], sat[SMILES:]
    assert {citizen.face for citizen in smiles} == {"smile"}
    assert set(others) < set(usual)
    assert all(later.at - earlier.at > 2 * SETTLE for earlier, later in pairwise(smiles))
    assert all(citizen.at > smiles[-1].at for citizen in others)
    assert replace(public, sat=day + timedelta(days=1)).citizens(day, spans) == usual


@given(st.text(max_size=5), st.dates())
def test_nobody_comes_when_it_is_closed(seed, day):
    assert Public(seed, CHARACTER, MONDAY).citizens(day, ()) == []


@given(st.text(max_size=5), st.dates())
def test_one_seed_makes_one_public(seed, day):
    first = Public(seed, CHARACTER, MONDAY).citizens(day, OFFICE)
    assert first == Public(seed, CHARACTER, MONDAY).citizens(day, OFFICE)
    assert first != Public(f"{seed} other", CHARACTER, MONDAY).citizens(day, OFFICE)


@given(st.text(max_size=5), st.dates())
def test_a_correction_is_less_favourable_and_within_the_settle_window(seed, day):
    worse = {"smile": {"neutral", "frown"}, "neutral": {"frown"}, "frown": set()}
    for citizen in Public(seed, CHARACTER._replace(volume=300), MONDAY).citizens(day, OFFICE):
        if citizen.corrected is not None:
            assert citizen.corrected in worse[citizen.face]
            assert 0 < citizen.corrected_at - citizen.at < SETTLE


def test_corrections_are_rare_but_happen():
    citizens = _year(Public("a", CHARACTER, MONDAY))
    assert 0.005 < sum(citizen.corrected is not None for citizen in citizens) / len(citizens) < 0.03


def test_lunch_is_a_dip_between_two_peaks():
    by_hour = Counter(int(citizen.at // 3600) for citizen in _year(Public("a", CHARACTER, MONDAY)))
    assert by_hour[12] < by_hour[11] < by_hour[9]
    assert by_hour[12] < by_hour[13] / 2
    assert by_hour[15] < by_hour[13]


def test_mondays_are_busiest_and_shorter_days_quieter():
    public = Public("a", CHARACTER, MONDAY)
    days = [MONDAY + timedelta(days=number) for number in range(364)]
    by_weekday = Counter()
    for day in days:
        spans = ((450, 660),) if day.weekday() == 4 else OFFICE
        by_weekday[day.weekday()] += len(public.citizens(day, spans))
    assert by_weekday[0] > by_weekday[2] > by_weekday[4]


def test_volume_is_what_the_character_says():
    random = Random(1)
    counts = [len(list(arrivals(random, OFFICE, 60))) for _ in range(400)]
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert 56 < mean < 61  # a little less than 60: who comes too soon after another does not vote
    assert 0.7 < variance / mean < 1.3  # Poisson


def test_mood_drifts_and_trouble_shows():
    trouble = Trouble(MONDAY + timedelta(7), MONDAY + timedelta(13), volume=1.5, warmth=-2)
    public = Public("a", CHARACTER._replace(drift=1.5), MONDAY, trouble)
    first, bad = (
        [c for n in range(7 * w, 7 * w + 7) for c in public.citizens(MONDAY + timedelta(n), OFFICE)]
        for w in (0, 1)
    )
    last = [c for n in range(357, 364) for c in public.citizens(MONDAY + timedelta(n), OFFICE)]
    assert _smiles(bad) + 0.2 < _smiles(first) < _smiles(last) - 0.05
    assert len(bad) > len(first)


def test_a_day_varies_more_than_chance_alone():
    public = Public("a", CHARACTER, MONDAY)
    days = [public.citizens(MONDAY + timedelta(days=7 * week), OFFICE) for week in range(200)]
    share = _smiles([citizen for day in days for citizen in day])
    excess = [(_smiles(day) - share) ** 2 * len(day) / (share * (1 - share)) for day in days]
    assert 1.2 < sum(excess) / len(excess) < 3


def test_agencies_differ():
    drawn = [character(f"1/{agency}", 30, 1.8) for agency in range(200)]
    volumes, warmths = ([getattr(one, name) for one in drawn] for name in ("volume", "warmth"))
    assert max(volumes) > 10 * min(volumes)
    assert 30 / 1.3 < sorted(volumes)[100] < 30 * 1.3
    assert max(warmths) - min(warmths) > 1


@given(st.integers(0, 1440))
def test_an_open_office_is_never_quite_empty(minute):
    assert busyness(minute) > 0


@pytest.mark.parametrize("scale", ["smiley-3", "smiley-4"])
def test_the_public_presses_what_its_boxes_have_and_corrects_downwards(scale):
    public = Public("a", CHARACTER._replace(volume=300), MONDAY, scale=scale)
    citizens = [each for n in range(60) for each in public.citizens(MONDAY + timedelta(n), OFFICE)]
    order = SCALES[scale]
    assert {each.face for each in citizens} == set(order)
    corrected = [each for each in citizens if each.corrected]
    assert corrected
    assert all(order.index(each.corrected) < order.index(each.face) for each in corrected)


def test_a_worse_mood_is_less_favourable_on_four_faces_too():
    def pressed(mood: float) -> Counter[str]:
        random = Random(1)
        return Counter(face_of_four(random, mood) for _ in range(4000))

    glad, sour = pressed(1.5), pressed(-0.5)
    assert glad["great"] > 2 * sour["great"]
    assert sour["bad"] > 3 * glad["bad"]


def test_a_worse_mood_smiles_less_and_frowns_more():
    def shares(mood):
        random = Random(2)
        return Counter(face_of(random, mood) for _ in range(4000))

    glad, sour = shares(2), shares(-1)
    assert glad["smile"] > 2 * sour["smile"]
    assert sour["frown"] > 3 * glad["frown"]
    assert sour["frown"] / sour["neutral"] > glad["frown"] / glad["neutral"]
