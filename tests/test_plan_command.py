"""senyum-collector plan: entered, changed, realised, withdrawn and listed; nobody is named."""

import csv
import io
import json
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from collector.cli import main
from collector.index.periods import Days
from collector.index.plans import FollowUp, Plan, follow_up
from collector.ledger.store import open_ledger, writing
from collector.plans.wording import POSTS, post, sentence
from tests.laporfiles import rows_in
from tests.surveyfiles import collector_in

TODAY = datetime.now(ZoneInfo("Asia/Makassar")).date()
SOON, LONG_AGO = str(TODAY + timedelta(days=30)), str(TODAY - timedelta(days=30))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return collector_in(tmp_path)


def plan(data: Path, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(main, ["--data", str(data), "plan", *words])


def add(data: Path, **more: str) -> Result:
    told = {
        "agency": "dukcapil",
        "element": "waktu",
        "action": "Buka loket ketiga pada hari Senin",
        "due": SOON,
        "post": "Kepala Seksi Pelayanan",
    }
    return plan(data, "add", *(f"--{name}={value}" for name, value in (told | more).items()))


def listed(data: Path, *words: str) -> list[Any]:
    found: list[Any] = json.loads(plan(data, "list", "--json", *words).output)["plans"]
    return found


def entries(data: Path) -> list[Any]:
    return [(row["what"], json.loads(row["detail"])) for row in rows_in(data, "journal")]


def test_a_plan_is_entered_and_realised(data: Path) -> None:
    assert add(data).output == f"plan 1 of dukcapil, due {SOON}\n"
    assert [each["state"] for each in listed(data)] == ["open"]
    done = plan(data, "realise", "1", "--on", str(TODAY), "--evidence", "SK 800/12/2026")
    assert done.output == f"plan 1: realised on {TODAY}\n"
    [entry] = listed(data)
    assert (entry["state"], entry["evidence"]) == ("realised", "SK 800/12/2026")


def test_what_is_past_its_day_is_late(data: Path) -> None:
    add(data, due=LONG_AGO)
    add(data, agency="dpmptsp")
    assert [each["plan"] for each in listed(data, "--late")] == [1]
    assert [each["plan"] for each in listed(data)] == [1, 2]
    assert [each["plan"] for each in listed(data, "--agency", "dpmptsp")] == [2]
    plan(data, "realise", "1", "--on", str(TODAY), "--evidence", "Foto di map 3")
    assert listed(data)[0]["state"] == "realised late"
    assert listed(data, "--late") == []


def test_a_change_keeps_the_version_before(data: Path) -> None:
    add(data, due=LONG_AGO)
    result = plan(data, "change", "1", "--due", SOON, "--post", "Camat")
    assert result.output == "plan 1: changed due, post\n"
    [entry] = listed(data)
    assert (entry["state"], entry["due"], entry["first_due"]) == ("open", SOON, LONG_AGO)
    shown = plan(data, "show", "1").output
    assert f"tenggat {LONG_AGO}; Kepala Seksi Pelayanan" in shown
    assert f"tenggat {SOON}; Camat" in shown
    assert len(rows_in(data, "plans")) == 2


def test_a_withdrawn_plan_stays_in_the_list(data: Path) -> None:
    add(data)
    plan(data, "withdraw", "1", "--why", "Digabung dengan rencana lain")
    assert [each["state"] for each in listed(data)] == ["withdrawn"]
    again = plan(data, "change", "1", "--post", "Camat")
    assert "plan 1 was withdrawn on" in again.output


def test_the_journal_says_what_was_done_and_not_in_which_words(data: Path) -> None:
    add(data)
    plan(data, "change", "1", "--action", "Buka loket keempat")
    plan(data, "realise", "1", "--on", str(TODAY), "--evidence", "Berita acara")
    told = {"agency": "dukcapil", "plan": 1}
    assert entries(data) == [
        ("plan-added", {**told, "due": SOON}),
        ("plan-changed", {**told, "fields": ["action"]}),
        ("plan-realised", {**told, "fields": ["evidence", "realised"]}),
    ]


def test_people_and_programs_read_the_same(data: Path) -> None:
    add(data, cause="Antrean panjang")
    shown = plan(data, "list").output
    for word in ("Waktu penyelesaian; Antrean panjang", "Buka loket ketiga", "berjalan", SOON):
        assert word in shown
    [row] = csv.DictReader(io.StringIO(plan(data, "list", "--csv").output))
    assert {name: value or None for name, value in row.items()} == {
        name: None if value in (None, "") else str(value) for name, value in listed(data)[0].items()
    }


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"agency": "dukcapl"}, "there is no agency 'dukcapl'; near it: dukcapil"),
        ({"element": "harga"}, "Invalid value for '--element'"),
        ({"due": "17-08-2026"}, "is not a day like 2026-08-17"),
        ({"post": "Siti Aminah"}, "name the post in charge and no person"),
        ({"post": "Kepala Seksi Drs. Budi"}, "a name's title"),
        ({"action": " "}, "it is empty"),
        ({"action": "x" * 301}, "it has 301 characters, and 300 are the most"),
        ({"action": "Hubungi 0812-5000-1234"}, "a number of a person, or a telephone"),
        ({"action": "Oleh Bapak Ahmad"}, "somebody's name"),
        ({"cause": "surat dari siti@example.org"}, "an address for mail"),
    ],
)
def test_what_makes_no_sense_or_names_somebody_is_refused(
    data: Path, more: dict[str, str], told: str
) -> None:
    result = add(data, **more)
    assert result.exit_code != 0
    assert told in " ".join(result.output.split())
    assert listed(data) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["realise", "7", "--on", LONG_AGO, "--evidence", "SK"], "there is no plan 7"),
        (["show", "7"], "there is no plan 7"),
        (["realise", "1", "--on", SOON, "--evidence", "SK"], "is yet to come"),
        (["change", "1"], "say what is to change"),
        (["list", "--agency", "nowhere"], "there is no agency 'nowhere'"),
        (
            ["add", "--agency", "dukcapil", "--action", "A", "--due", SOON, "--post", "Camat"],
            "say what it is about",
        ),
    ],
)
def test_a_command_that_cannot_be_done_says_why(data: Path, words: list[str], told: str) -> None:
    add(data)
    result = plan(data, *words)
    assert result.exit_code == 1
    assert told in result.output
    assert len(rows_in(data, "plans")) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE plans SET due = '2099-01-01'",
        "DELETE FROM plans",
        "INSERT OR REPLACE INTO plans SELECT * FROM plans",
    ],
)
def test_the_ledger_refuses_to_change_a_plan(data: Path, change: str) -> None:
    add(data)
    with (
        closing(open_ledger(data / "ledger.db")) as db,
        pytest.raises(Exception, match="a plan is never changed or removed"),
        writing(db),
    ):
        db.conn.execute(change)


# ---------------------------------------------------------------- words


@given(begin=st.sampled_from(POSTS), rest=st.text("abcdef ", max_size=40))
def test_every_post_may_be_named(begin: str, rest: str) -> None:
    assert post(f"{begin} {rest}").startswith(begin)


@given(text=st.text(min_size=1).filter(lambda text: text.strip()))
def test_a_sentence_is_what_was_written_or_refused(text: str) -> None:
    try:
        told = sentence(text)
    except ValueError:
        return
    assert told.split() == text.split()


@pytest.mark.parametrize(
    "text", ["SK 800/12/2026 tanggal 2026-08-17", "Tambah 2 loket, SOP baru", "Kepala UPTD, Senin"]
)
def test_numbers_of_papers_and_days_are_no_person(text: str) -> None:
    assert sentence(text) == text


# ---------------------------------------------------------------- promises kept

MARCH = Days(date(2026, 3, 1), date(2026, 4, 1))


def promise(**more: Any) -> Plan:
    day = date(2026, 3, 10)
    usual = Plan("dukcapil", "waktu", "", "Buka loket", "Camat", date(2026, 1, 5), day, day)
    return usual._replace(**more)


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        ({}, FollowUp(1, 0)),
        ({"realised": date(2026, 3, 10)}, FollowUp(1, 1)),
        ({"realised": date(2026, 3, 11)}, FollowUp(1, 0)),
        ({"realised": date(2026, 3, 30), "due": date(2026, 5, 1)}, FollowUp(1, 0)),  # put off
        ({"withdrawn": date(2026, 2, 1)}, FollowUp(1, 0)),
        ({"withdrawn": date(2026, 1, 5)}, FollowUp(0, 0)),  # a mistake of the same day
        ({"first_due": date(2026, 4, 1)}, FollowUp(0, 0)),
    ],
)
def test_a_promise_is_kept_by_the_day_that_was_said_first(
    more: dict[str, Any], counted: FollowUp
) -> None:
    assert follow_up([promise(**more)], MARCH) == counted
