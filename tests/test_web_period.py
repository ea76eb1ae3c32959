"""Which days an address names; only closed ones are shown."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from collector.index.periods import Days
from collector.web import languages, period
from collector.web.period import Period, PeriodError

TODAY = date(2019, 8, 26)


@pytest.fixture(autouse=True, scope="module")
def request_context() -> Iterator[None]:
    """The names of periods need a reader's language."""
    app = Flask("collector.web")
    app.secret_key = "test"
    languages.init_app(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("code", "first", "end", "name"),
    [
        ("30h", date(2019, 7, 27), date(2019, 8, 26), "30 hari terakhir"),
        ("2019-07", date(2019, 7, 1), date(2019, 8, 1), "Juli 2019"),
        ("2018-12", date(2018, 12, 1), date(2019, 1, 1), "Desember 2018"),
        ("2019-t2", date(2019, 4, 1), date(2019, 7, 1), "Triwulan II 2019"),
        ("2018-t4", date(2018, 10, 1), date(2019, 1, 1), "Triwulan IV 2018"),
        ("2019-s1", date(2019, 1, 1), date(2019, 7, 1), "Semester I 2019"),
        ("2018-s2", date(2018, 7, 1), date(2019, 1, 1), "Semester II 2018"),
        ("2018", date(2018, 1, 1), date(2019, 1, 1), "Tahun 2018"),
    ],
)
def test_a_code_names_days(code: str, first: date, end: date, name: str) -> None:
    chosen = period.named(code, TODAY)
    assert (chosen.days, chosen.name) == (Days(first, end), name)


def test_the_latest_days_end_yesterday_and_compare_with_as_many_before() -> None:
    chosen = period.named("90h", TODAY)
    assert chosen.days.last == date(2019, 8, 25)
    assert chosen.before == Days(chosen.days.first - timedelta(days=90), chosen.days.first)


def test_a_month_is_compared_with_the_month_before() -> None:
    assert period.named("2019-03", TODAY).before == Days(date(2019, 2, 1), date(2019, 3, 1))


@pytest.mark.parametrize(
    "code", ["2019-08", "2019-t3", "2019-s2", "2019", "2019-12", "2020-01", "9998"]
)
def test_a_period_that_is_not_over_has_no_figures(code: str) -> None:
    with pytest.raises(PeriodError, match="belum ditutup"):
        period.named(code, TODAY)


def test_a_period_closes_at_midnight() -> None:
    with pytest.raises(PeriodError):
        period.named("2019-08", date(2019, 8, 31))
    assert period.named("2019-08", date(2019, 9, 1)).days.last == date(2019, 8, 31)


@pytest.mark.parametrize(
    "code", ["", "abc", "2019-13", "2019-00", "2019-t5", "2019-s3", "0000", "9999", "31h", "2019-8"]
)
def test_a_code_that_names_nothing(code: str) -> None:
    with pytest.raises(PeriodError, match="tidak dikenal"):
        period.named(code, TODAY)


@given(st.text("0123456789-sthabc", max_size=8))
def test_no_text_leads_to_days_that_are_not_over(code: str) -> None:
    with suppress(PeriodError):
        assert period.named(code, TODAY).days.end <= TODAY


@given(st.dates(date(2015, 1, 1), TODAY), st.dates(TODAY, date(2035, 1, 1)))
def test_every_choice_leads_back_to_itself_and_is_closed(first: date, today: date) -> None:
    offered: list[Period] = [
        each for group in period.choices(first, today).values() for each in group
    ]
    assert len({each.code for each in offered}) == len(offered)
    for each in offered:
        assert period.named(each.code, today) == each
        assert each.days.end <= today


def test_choices_reach_back_to_the_first_vote_and_no_further() -> None:
    offered = period.choices(date(2019, 5, 17), TODAY)
    assert [each.code for each in offered["Bulan"]] == ["2019-07", "2019-06", "2019-05"]
    assert [each.code for each in offered["Triwulan"]] == ["2019-t2"]
    assert offered["Tahun"] == []
