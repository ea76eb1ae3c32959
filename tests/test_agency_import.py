"""Places from a file into the ledger: idempotent, never away, and no nonsense."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from collector.cli import main
from collector.ledger.importing import MovedPlace, import_places
from collector.ledger.places import agencies, questions, spots
from collector.ledger.store import open_ledger, writing
from collector.places import PACKAGED, Places, read_places
from collector.tomlfile import FileError

KECAMATAN = """\
Aluh-Aluh
Aranio
Astambul
Beruntung Baru
Cintapuri Darussalam
Gambut
Karang Intan
Kertak Hanyar
Martapura
Martapura Barat
Martapura Timur
Mataraman
Paramasan
Pengaron
Sambung Makmur
Simpang Empat
Sungai Pinang
Sungai Tabuk
Tatah Makmur
Telaga Bauntung
""".splitlines()

SMALL = """\
[[agency]]
slug = "dukcapil"
short = "Disdukcapil"
name = "Dinas Kependudukan"
service = "Loket umum"
source = "a page"
verified = true

[[agency.unit]]
slug = "dukcapil-kantor"
name = "Kantor"
district = "Martapura"
[agency.unit.counters]
dukcapil-1 = "Loket 1"
dukcapil-2 = "Loket 2"

[[agency]]
slug = "kec-gambut"
short = "Gambut"
name = "Kecamatan Gambut"
service = "Kecamatan"
source = "a book"
verified = false

[[agency.unit]]
slug = "kec-gambut-kantor"
name = "Kantor kecamatan"
counters = { kec-gambut-1 = "Loket 1" }
"""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    ledger = open_ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def places(tmp_path: Path, text: str) -> Places:
    file = tmp_path / "places.toml"
    file.write_text(text, encoding="utf-8")
    return read_places(file)


def run(tmp_path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(tmp_path), "agency", "import", *words])


# ---------------------------------------------------------------- the packaged list


def test_every_agency_of_the_regency_comes_with_the_program() -> None:
    packaged = read_places(PACKAGED)
    names = {agency.name for agency in packaged.agencies}
    assert {f"Kecamatan {name}" for name in KECAMATAN} <= names
    shorts = {agency.short for agency in packaged.agencies}
    assert {"Disdukcapil", "DPMPTSP", "RSUD Ratu Zalecha", "Setda", "Damkar", "DKISP"} <= shorts
    assert len(packaged.agencies) == 51


def test_each_packaged_agency_can_hold_a_kiosk() -> None:
    packaged = read_places(PACKAGED)
    units = {unit.unit: unit.agency for unit in packaged.units}
    served = {units[counter.unit] for counter in packaged.counters}
    assert served == {agency.agency for agency in packaged.agencies}


def test_what_is_not_known_is_marked() -> None:
    packaged = read_places(PACKAGED)
    assert packaged.placeholders == len(packaged.units)
    assert {agency.short for agency in packaged.agencies if not agency.verified} == {
        "Bapenda",
        "BPKPAD",
        "Disnakertrans",
        "Dispersip",
    }
    assert all(len(agency.source) > 5 for agency in packaged.agencies)


# ---------------------------------------------------------------- importing


def test_what_the_file_says_is_in_the_ledger(db: Database, tmp_path: Path) -> None:
    import_places(db, places(tmp_path, SMALL))
    assert [(each.agency, each.short, each.verified) for each in agencies(db)] == [
        ("dukcapil", "Disdukcapil", True),
        ("kec-gambut", "Gambut", False),
    ]
    assert [(spot.counter, spot.unit, spot.agency) for spot in spots(db)] == [
        ("dukcapil-1", "dukcapil-kantor", "dukcapil"),
        ("dukcapil-2", "dukcapil-kantor", "dukcapil"),
        ("kec-gambut-1", "kec-gambut-kantor", "kec-gambut"),
    ]


def test_importing_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    first = import_places(db, places(tmp_path, SMALL))
    before = list(db.conn.iterdump())
    again = import_places(db, places(tmp_path, SMALL))
    assert (len(first), again) == (7, [])
    assert list(db.conn.iterdump()) == before


def test_a_change_is_told_and_what_the_file_lacks_stays(db: Database, tmp_path: Path) -> None:
    import_places(db, places(tmp_path, SMALL))
    text = SMALL[: SMALL.index('[[agency]]\nslug = "kec-gambut"')].replace("Loket 2", "Loket Akta")
    changes = import_places(db, places(tmp_path, text))
    assert [(change.slug, change.differences()) for change in changes] == [
        ("dukcapil-2", ["name: 'Loket 2' is now 'Loket Akta'"])
    ]
    assert len(agencies(db)) == 2


def test_a_question_can_be_added(db: Database, tmp_path: Path) -> None:
    text = '[[question]]\nslug = "waktu"\ntext_id = "Cepatkah?"\ntext_en = "Was it quick?"\n'
    import_places(db, places(tmp_path, text + SMALL))
    assert {each.question for each in questions(db)} == {"pelayanan", "waktu"}


def test_an_agency_may_name_a_successor_that_comes_later(db: Database, tmp_path: Path) -> None:
    renamed = SMALL.replace(
        'source = "a page"\n',
        'source = "a page"\nvalid_to = 2026-01-01\nsuccessor = "kec-gambut"\n',
    )
    import_places(db, places(tmp_path, renamed))
    dukcapil = agencies(db)[0]
    assert (dukcapil.valid_to, dukcapil.successor) == ("2026-01-01", "kec-gambut")


def moved(text: str) -> str:
    """Counter dukcapil-2 stands in another agency."""
    text = text.replace('dukcapil-2 = "Loket 2"\n', "")
    return text.replace("{ kec-gambut-1", '{ dukcapil-2 = "Loket 2", kec-gambut-1')


def vote_at(db: Database, counter: str) -> None:
    with writing(db):
        db.conn.execute(
            "INSERT INTO counts_day"
            " VALUES (?, '2026-08-03', '2026-08-03', 'pelayanan', 'smile', 'A', 1)",
            (counter,),
        )


def test_a_counter_with_votes_stays_where_it_is(db: Database, tmp_path: Path) -> None:
    import_places(db, places(tmp_path, SMALL))
    vote_at(db, "dukcapil-2")
    with pytest.raises(MovedPlace, match="counter dukcapil-2 belongs to unit dukcapil-kantor"):
        import_places(db, places(tmp_path, moved(SMALL).replace("Kependudukan", "Lain")))
    assert [spot.agency for spot in spots(db) if spot.counter == "dukcapil-2"] == ["dukcapil"]
    assert agencies(db)[0].name == "Dinas Kependudukan"  # nothing was done


def test_a_unit_with_votes_stays_with_its_agency(db: Database, tmp_path: Path) -> None:
    import_places(db, places(tmp_path, SMALL))
    vote_at(db, "dukcapil-1")
    start = SMALL.index("[[agency.unit]]")
    end = SMALL.index('[[agency]]\nslug = "kec-gambut"')
    text = SMALL[:start] + SMALL[end:] + SMALL[start:end]
    with pytest.raises(MovedPlace, match="unit dukcapil-kantor belongs to agency dukcapil"):
        import_places(db, places(tmp_path, text))


def test_a_counter_without_votes_may_still_move(db: Database, tmp_path: Path) -> None:
    import_places(db, places(tmp_path, SMALL))
    vote_at(db, "dukcapil-1")
    import_places(db, places(tmp_path, moved(SMALL)))
    assert [spot.agency for spot in spots(db) if spot.counter == "dukcapil-2"] == ["kec-gambut"]


# ---------------------------------------------------------------- nonsense


@pytest.mark.parametrize(
    ("right", "wrong", "line", "told"),
    [
        ('short = "Disdukcapil"', 'shirt = "x"', 3, "agency.shirt: Object contains unknown field"),
        ('short = "Disdukcapil"\n', "", 1, "agency: Object missing required field `short`"),
        ('short = "Disdukcapil"', "short = 7", 3, "agency.short: Expected `str`, got `int`"),
        ('short = "Disdukcapil"', 'short = " "', 3, "agency.short: it is empty"),
        ("verified = false", 'verified = "no"', 23, "agency.verified: Expected `bool`"),
        ('slug = "dukcapil"', 'slug = "Duk Capil"', 2, "agency.slug: a slug is made of"),
        ('slug = "kec-gambut"', 'slug = "dukcapil"', 18, "agency.slug: agency '"),
        ('"kec-gambut-kantor"', '"dukcapil-kantor"', 26, "agency.unit.slug: unit '"),
        ("dukcapil-2 =", "kec-gambut-1 =", 28, "counters.kec-gambut-1: counter '"),
        ("dukcapil-2 =", '"Loket 2" =', 13, "agency.unit.counters: a slug is made of"),
        ('"a page"', '"x"\nsuccessor = "nobody"', 7, "agency.successor: there is no agency"),
        (
            '"a page"',
            '"x"\nvalid_from = 2026-02-01\nvalid_to = 2026-02-01',
            8,
            "agency.valid_to: 2026-02-01 is not after valid_from, 2026-02-01",
        ),
        ("verified = true", "verified = maybe", 7, "is not TOML"),
    ],
)
def test_a_fault_is_told_by_line_and_field(
    tmp_path: Path, right: str, wrong: str, line: int, told: str
) -> None:
    with pytest.raises(FileError) as error:
        places(tmp_path, SMALL.replace(right, wrong, 1))
    assert "places.toml" in str(error.value)
    assert f"line {line}," in str(error.value)
    assert told in str(error.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace('"kec-gambut"', '"dukcapil"').replace("dukcapil-2 =", "kec-gambut-1 =")
    with pytest.raises(FileError) as error:
        places(tmp_path, text)
    assert str(error.value).count("places.toml, line") == 2


def test_nesting_without_end_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"places\.toml: is not TOML"):
        places(tmp_path, "a = " + "[" * 5000)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.toml: cannot be read: No such file"):
        read_places(tmp_path / "nowhere.toml")


# ---------------------------------------------------------------- the command


def test_the_command_imports_the_packaged_list(tmp_path: Path) -> None:
    first, again = run(tmp_path), run(tmp_path)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "new: 51 agencies, 55 units, 75 counters" in first.output
    assert "not verified, to be confirmed: Disnakertrans, " in first.output
    assert "placeholders, to be replaced by real ones: 55 units" in first.output
    assert "new: nothing" in again.output


def test_the_command_shows_what_changed(tmp_path: Path) -> None:
    file = tmp_path / "places.toml"
    file.write_text(SMALL)
    run(tmp_path, str(file))
    file.write_text(SMALL.replace("verified = false", "verified = true"))
    result = run(tmp_path, str(file))
    assert "changed: agency kec-gambut, verified: False is now True" in result.output


def test_the_command_refuses_in_one_plain_message(tmp_path: Path) -> None:
    file = tmp_path / "places.toml"
    file.write_text(SMALL.replace("verified = true", "verified = 1"))
    result = run(tmp_path, str(file))
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {file}, line 7, agency.verified: Expected `bool`")
    assert not (tmp_path / "ledger.db").exists()
