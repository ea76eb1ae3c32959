"""An agency with boxes of three faces and of four: two figures everywhere, and no sum."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from collector.cli import main
from collector.index.figure import figure
from collector.index.periods import Days
from collector.index.scales import SCALES, SKM_4, USUAL, usual_for
from collector.ledger import reading, users
from collector.ledger.counts import Tally, local_day
from collector.ledger.figures import leading
from collector.ledger.placements import Placement
from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.store import open_ledger, writing
from collector.web.words import MOODS, mood, mouth
from tests.web import NAME, PASSWORD, TODAY, ZONE, app_in, log_in

# face → votes of each day, of thirty days; gambut has four faces only
MIXED = {
    "dukcapil": {"frown": 1, "neutral": 1, "smile": 2, "bad": 1, "poor": 1, "good": 2, "great": 3},
    "gambut": {"bad": 1, "great": 4},
    "arsip": {"smile": 3},
}
FIRST = TODAY - timedelta(days=60)
PERIOD = ("--from", str(FIRST), "--to", str(FIRST + timedelta(days=29)))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixed")
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        for slug, votes in MIXED.items():
            put_agencies(db, [Agency(slug, f"Dinas {slug}", slug, "Loket", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
            put_counters(db, [Counter(f"{slug}-1", f"{slug}-kantor", "Loket")])
            vote(db, slug, votes)
        users.add(db, NAME, PASSWORD, at=1)
    return folder


def vote(db: Database, slug: str, votes: dict[str, int]) -> None:
    """Every day at nine; and at dukcapil one that is dated to the first two days."""
    groups: dict[Any, int] = {}
    for day in range(30):
        at = nine_o_clock(FIRST + timedelta(days=day))
        groups |= {("A", at, at + 900, "pelayanan", face): n for face, n in votes.items()}
    if slug == "dukcapil":
        at = nine_o_clock(FIRST)
        groups["C", at, at + 86400, "pelayanan", "great"] = 1
    tally = Tally(local_day(ZONE))
    tally.add(groups, [Placement(0, None, f"{slug}-1")])
    tally.write(db)


def nine_o_clock(day: date) -> int:
    return int(datetime.combine(day, time(9), ZONE).timestamp())


def run(data: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def report(data: Path, *words: str) -> Any:
    return json.loads(run(data, "index", *PERIOD, "--json", *words), parse_float=Decimal)


def test_each_kind_of_box_has_a_line_of_its_own(data: Path) -> None:
    found = report(data)
    assert found["mapping"] is None  # each line has its own
    lines = {(each["agency"], each["mapping"]): each for each in found["agencies"]}
    assert list(lines) == [
        ("arsip", "smiley-3/linear"),
        ("dukcapil", "smiley-3/linear"),
        ("dukcapil", "smiley-4/skm"),
        ("gambut", "smiley-4/skm"),
    ]
    three, four = (lines["dukcapil", name] for name in ("smiley-3/linear", "smiley-4/skm"))
    assert (three["n"], three["index"], three["c"]) == (120, Decimal("71.88"), 0)
    # 30 times 1, 1, 2, 3, and one great that is dated to two days: 16975 / 211
    assert (four["n"], four["index"], four["c"]) == (211, Decimal("75.12"), 1)


def test_where_all_are_of_one_kind_the_report_names_its_mapping_once(data: Path) -> None:
    assert report(data, "--agency", "gambut")["mapping"] == "smiley-4/skm"
    assert report(data, "--agency", "arsip")["mapping"] == "smiley-3/linear"


def test_a_mapping_that_is_asked_for_is_that_of_every_line(data: Path) -> None:
    found = report(data, "--mapping", "smiley-4/happy")
    assert {each["mapping"] for each in found["agencies"]} == {"smiley-4/happy"}
    assert [each["n"] for each in found["agencies"]] == [0, 211, 150]


def test_a_spreadsheet_has_a_column_for_every_face(data: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(data, "index", *PERIOD, "--csv"))))
    assert [(row["agency"], row["smile"], row["great"]) for row in rows] == [
        ("arsip", "90", ""),
        ("dukcapil", "60", ""),
        ("dukcapil", "", "91"),
        ("gambut", "", "120"),
    ]


def test_people_read_a_table_for_each_kind(data: Path) -> None:
    shown = run(data, "index", *PERIOD)
    three, _, four = shown.partition("smiley-3/linear")
    assert "senyum/" in three
    assert "sangat baik/" in four
    assert "Pemetaan smiley-4/skm" in four


def test_weeks_are_those_of_one_kind_of_box(data: Path) -> None:
    charts = json.loads(run(data, "weeks", "gambut", "--scale", "smiley-4", "--json"))
    assert charts["mapping"] == "smiley-4/skm"
    assert [each["chart"] for each in charts["charts"]] == ["index", *SCALES["smiley-4"]]
    assert {week["value"] for week in charts["charts"][0]["weeks"]} == {85}
    assert "tidak baik, %" in run(data, "weeks", "gambut", "--scale", "smiley-4", "--chart", "bad")
    wrong = CliRunner().invoke(main, ["--data", str(data), "weeks", "gambut", "--chart", "bad"])
    assert wrong.exit_code == 2
    assert "no chart of smiley-3; there are: index, frown" in " ".join(wrong.output.split())


# ---------------------------------------------------------------- pages


@pytest.fixture
def client(data: Path) -> Iterator[FlaskClient]:
    with app_in(data).test_client() as client:
        assert log_in(client).status_code == 302
        yield client


def test_the_overview_has_a_line_for_each_kind_and_counts_agencies_once(
    client: FlaskClient,
) -> None:
    page = client.get("/?periode=90h").text
    assert page.count('class="c-nama"><a') == 4
    assert page.count("kotak 4 wajah") == 2
    assert page.count("kotak 3 wajah") == 1
    assert "dari 3 perangkat daerah" in page


def test_the_page_of_an_agency_shows_one_kind_and_leads_to_the_other(client: FlaskClient) -> None:
    four = client.get("/perangkat/dukcapil?periode=90h").text
    assert "Kotak 4 wajah: 211 suara" in four
    assert "75,12" in four
    assert "sangat baik" in four
    assert "cukup puas" not in four
    three = client.get("/perangkat/dukcapil?periode=90h&wajah=3&langkah=bulan").text
    assert "71,88" in three
    assert "cukup puas" in three
    assert "sangat baik" not in three.replace("Sangat baik", "")
    assert "wajah=3" in three.partition("tren.svg")[2][:80]


def test_where_there_is_one_kind_nothing_is_said_of_kinds(client: FlaskClient) -> None:
    assert "Kotak 4 wajah" not in client.get("/perangkat/gambut?periode=90h").text
    assert client.get("/perangkat/gambut?periode=90h&wajah=9").status_code == 200


def test_pictures_are_of_the_kind_that_was_asked_for(client: FlaskClient) -> None:
    pictures = {
        client.get(f"/perangkat/dukcapil/tren.svg?periode=90h&langkah=bulan&wajah={faces}").data
        for faces in (3, 4)
    }
    assert len(pictures) == 2


# ---------------------------------------------------------------- arithmetic


def test_poorly_dated_votes_are_those_of_the_scale(data: Path) -> None:
    days = Days(FIRST, FIRST + timedelta(days=30))
    with closing(open_ledger(data / "ledger.db")) as db:
        assert reading.uncertain(db, days) == {}
        assert reading.uncertain(db, days, SKM_4)["dukcapil"].c == 1


@given(
    st.dictionaries(
        st.sampled_from([face for faces in SCALES.values() for face in faces]),
        st.integers(0, 500),
    )
)
def test_every_vote_is_in_the_figure_of_one_scale(votes: dict[str, int]) -> None:
    figures = [figure(votes, mapping) for mapping in usual_for(votes)]
    assert sum(each.n for each in figures) == sum(votes.values())
    assert [each.n for each in figures] == sorted((each.n for each in figures), reverse=True)


def test_the_usual_mappings_are_on_the_scale_of_the_classes() -> None:
    assert list(USUAL) == list(SCALES)
    assert {(each.bottom, each.top) for each in USUAL.values()} == {(25, 100)}


def test_every_face_has_a_mouth_of_its_own_and_a_colour_by_its_place() -> None:
    for faces in SCALES.values():
        assert len({mouth(face) for face in faces}) == len(faces)
        assert [MOODS[face] for face in faces] == sorted(MOODS[face] for face in faces)
        assert (mood(faces[0]), mood(faces[-1])) == ("bad", "great")
    assert mood("grin") == "neither"


def test_beside_complaints_stands_the_kind_with_more_votes(data: Path) -> None:
    days = Days(FIRST, FIRST + timedelta(days=30))
    with closing(open_ledger(data / "ledger.db")) as db:
        found = leading(db, days)
    assert {slug: (each.mapping, each.n) for slug, each in found.items()} == {
        "arsip": ("smiley-3/linear", 90),
        "dukcapil": ("smiley-4/skm", 211),
        "gambut": ("smiley-4/skm", 150),
    }
