"""senyum-collector skm import: surveys from CSV, recomputed, and stored as sums."""

from contextlib import closing, suppress
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.cli import main
from collector.index.skm import SLUGS
from collector.ledger.places import agencies
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.surveys.mapping import Mapping, read_mapping
from collector.surveys.reading import surveys_of
from collector.tables.table import read_table
from collector.tomlfile import FileError
from tests.surveyfiles import (
    ANSWERS,
    BANTUL,
    DPMPTSP,
    HEADER,
    MEANS,
    collector_in,
    journal,
    kemenag,
    means,
    run,
    stored,
    write,
)

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return collector_in(tmp_path)


def test_averages_are_recomputed_and_what_cannot_be_is_told(data: Path) -> None:
    write(data, means(BANTUL, DPMPTSP), MEANS)
    result = run(data)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "dukcapil, 2023-01-01 s.d. 2023-12-31: 150 responden, IKM 87,28, mutu B (Baik)",
        "  IKM terbit 87,28: cocok dengan bobot 1/9 / reproduced",
        "dpmptsp, 2024-01-01 s.d. 2024-12-31: 217 responden, IKM 82,70, mutu B (Baik)",
        "  IKM terbit 81,71: tidak dapat diperoleh dengan bobot mana pun",
        "  published IKM 81.71: cannot be reproduced with any weight",
        "2 surveys in the file; new or changed: 2",
    ]


@pytest.mark.parametrize(
    ("published", "told"),
    [
        ("91.48", "cocok dengan bobot 1/9"),
        ("90.56", "cannot be reproduced with 1/9, but with 0.11"),
        ("91.38", "cannot be reproduced with 1/9, but with 0.111"),
        ("90.00", "cannot be reproduced with any weight"),
    ],
)
def test_answers_are_summed_and_a_wrong_weight_is_named(
    data: Path, published: str, told: str
) -> None:
    header = [*(f"U{i}" for i in range(1, 10)), "IKM"]
    rows = [[*form, published if i == 0 else ""] for i, form in enumerate(kemenag())]
    write(data, [header, *rows], ANSWERS.replace("[el", 'published_column = "IKM"\n[el'))
    result = run(data)
    assert "29 responden, IKM 91,48, mutu A (Sangat baik)" in result.output
    assert told in result.output


def test_only_sums_are_stored_and_no_other_column(data: Path) -> None:
    rows = [["Nama", *HEADER[3:12]], *(["Fulan Rahasia", *form] for form in kemenag())]
    write(data, rows, ANSWERS)
    assert run(data).exit_code == 0
    [survey] = stored(data)
    assert survey.n == 29
    assert survey.elements["persyaratan"] == (0, 0, 11, 18)
    with closing(read_snapshot(data / "ledger.db")) as db:
        assert "Rahasia" not in "\n".join(db.conn.iterdump())


def test_an_unanswered_element_counts_less_and_an_empty_form_not_at_all(data: Path) -> None:
    rows = [HEADER[3:12], [4] * 9, ["", *[2] * 8], [""] * 9]
    write(data, [["Nomor", *rows[0]], *([i, *row] for i, row in enumerate(rows[1:]))], ANSWERS)
    assert run(data).exit_code == 0
    [survey] = stored(data)
    assert (survey.n, survey.elements["persyaratan"], survey.elements["waktu"]) == (
        2,
        (0, 0, 0, 1),
        (0, 1, 0, 1),
    )


def test_the_mark_that_spreadsheets_put_first_is_no_letter(data: Path) -> None:
    write(data, [HEADER[3:12], *kemenag()], ANSWERS)
    (data / "s.csv").write_bytes(b"\xef\xbb\xbf" + (data / "s.csv").read_bytes())
    assert "29 responden, IKM 91,48" in run(data).output


def test_importing_again_changes_nothing(data: Path) -> None:
    write(data, means(BANTUL, DPMPTSP), MEANS)
    run(data)
    with closing(read_snapshot(data / "ledger.db")) as db:
        before = list(db.conn.iterdump())
    assert "new or changed: 0" in run(data).output
    with closing(read_snapshot(data / "ledger.db")) as db:
        assert list(db.conn.iterdump()) == before


def test_a_correction_is_added_and_is_what_counts(data: Path) -> None:
    write(data, means(BANTUL), MEANS)
    run(data)
    write(data, means(BANTUL.replace("3,31", "3,310")), MEANS)  # the same mean, known better
    assert "new or changed: 1" in run(data).output
    [survey] = stored(data)
    assert str(survey.elements["persyaratan"]) == "3.310"
    with closing(read_snapshot(data / "ledger.db")) as db:
        assert db["surveys"].count == 2


def test_the_journal_says_what_was_brought_in(data: Path) -> None:
    write(data, means(BANTUL), MEANS)
    run(data)
    survey = {"agency": "dukcapil", "first_day": "2023-01-01", "last_day": "2023-12-31"}
    digest = sha256((data / "s.csv").read_bytes()).hexdigest()
    assert journal(data) == [{"surveys": [{**survey, "n": 150, "ikm": "87.28"}], "file": digest}]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE surveys SET n = 1",
        "DELETE FROM surveys",
        "INSERT OR REPLACE INTO surveys SELECT * FROM surveys",
        "UPDATE survey_elements SET mean = '4'",
        "DELETE FROM survey_elements",
        "INSERT OR REPLACE INTO survey_elements SELECT * FROM survey_elements",
    ],
)
def test_the_ledger_refuses_to_change_a_survey(data: Path, change: str) -> None:
    write(data, means(BANTUL), MEANS)
    run(data)
    with (
        closing(open_ledger(data / "ledger.db")) as db,
        pytest.raises(Exception, match="a survey is never changed or removed"),
        writing(db),
    ):
        db.conn.execute(change)


@pytest.mark.parametrize("name", ["skm-answers", "skm-means"])
def test_the_examples_run(tmp_path: Path, name: str) -> None:
    CliRunner().invoke(main, ["--data", str(tmp_path), "agency", "import"])
    words = ["--data", str(tmp_path), "skm", "import", str(EXAMPLES / f"{name}.csv")]
    result = CliRunner().invoke(main, [*words, "--mapping", str(EXAMPLES / f"{name}.toml")])
    assert result.exit_code == 0, result.output
    assert len(stored(tmp_path)) == (1 if name == "skm-answers" else 3)


def test_a_mean_keeps_its_digits(data: Path) -> None:
    write(data, means(DPMPTSP), MEANS)
    run(data)
    assert stored(data)[0].elements["persyaratan"].as_tuple() == Decimal("3.200").as_tuple()


# ---------------------------------------------------------------- properties


forms = st.lists(
    st.lists(st.sampled_from(["1", "2", "3", "4"]), min_size=9, max_size=9), min_size=1, max_size=9
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forms=forms, separator=st.sampled_from(",;\t"))
def test_the_counts_are_those_of_the_forms(
    data: Path, forms: list[list[str]], separator: str
) -> None:
    lines = [separator.join(row) for row in [HEADER[3:12], *forms]]
    (data / "s.csv").write_text("\r\n".join(lines), newline="")
    [survey] = read(data)
    for i, slug in enumerate(SLUGS):
        column = [form[i] for form in forms]
        assert survey.elements[slug] == tuple(column.count(each) for each in "1234")
    assert survey.n == len(forms)


def read(data: Path) -> list[Any]:
    (data / "m.toml").write_text(ANSWERS)
    mapping: Mapping = read_mapping(data / "m.toml")
    with closing(read_snapshot(data / "ledger.db")) as db:
        known = agencies(db)
    return surveys_of(read_table(data / "s.csv", mapping.headings()), mapping, known)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_surveys_or_a_plain_refusal(data: Path, content: bytes) -> None:
    (data / "s.csv").write_bytes(b"U1,U2,U3,U4,U5,U6,U7,U8,U9\n" + content)
    with suppress(FileError):
        assert [survey.agency for survey in read(data)] == ["dukcapil"]
