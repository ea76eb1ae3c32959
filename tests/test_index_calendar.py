"""When people are served: schedules, Ramadan, holidays, and the files that say so."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from collector.index.calendar import Calendar, Schedule, Week
from collector.index.periods import Days
from collector.servicehours import PACKAGED, read_calendar
from collector.tomlfile import FileError

OFFICE, HOSPITAL, CLINIC = "Kecamatan", "Rumah sakit", "Kesehatan"
MONDAY = date(2026, 8, 3)
FULL = ((450, 960),)  # 07.30 to 16.00


def week(*spans: tuple[int, int]) -> Week:
    """The same hours from Monday to Friday."""
    return (spans,) * 5 + ((), ())


PLAIN = Schedule("plain", week((450, 960)), None, None, on_holidays=False)


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return read_calendar(tmp_path_factory.mktemp("nothing of its own"))


# ---------------------------------------------------------------- the rule


def test_the_last_schedule_that_holds_decides() -> None:
    days = Days(MONDAY, MONDAY + timedelta(days=2))
    short = Schedule("short", week((480, 540)), days, None, on_holidays=False)
    clinic = Schedule("clinic", week((0, 1440)), None, frozenset({CLINIC}), on_holidays=False)
    calendar = Calendar((PLAIN, short, clinic), {})
    assert calendar.hours(MONDAY + timedelta(days=1), OFFICE) == ((480, 540),)
    assert calendar.hours(MONDAY + timedelta(days=2), OFFICE) == FULL
    assert calendar.hours(MONDAY, CLINIC) == ((0, 1440),)


def test_holidays_close_unless_a_schedule_stays_open() -> None:
    ward = Schedule("ward", (FULL,) * 7, None, frozenset({HOSPITAL}), on_holidays=True)
    calendar = Calendar((PLAIN, ward), {})
    independence = date(2026, 8, 17)  # a Monday
    assert calendar.holiday(independence) == "Hari Kemerdekaan Republik Indonesia"
    assert calendar.hours(independence, OFFICE) == ()
    assert calendar.hours(independence, HOSPITAL) == FULL


def test_the_regency_may_differ_from_the_nation() -> None:
    calendar = Calendar((PLAIN,), {MONDAY: "Hari jadi", date(2026, 8, 17): None})
    assert calendar.holiday(MONDAY) == "Hari jadi"
    assert calendar.hours(MONDAY, OFFICE) == ()
    assert calendar.hours(date(2026, 8, 17), OFFICE) == FULL


def test_without_a_schedule_it_is_closed() -> None:
    assert Calendar((), {}).hours(MONDAY, OFFICE) == ()


def test_a_unit_may_have_hours_of_its_own_for_some_days() -> None:
    days = Days(MONDAY, MONDAY + timedelta(days=1))
    own = Schedule("own", (((0, 1440),),) * 7, days, None, True, frozenset({"posko"}))
    both = replace(own, name="both", services=frozenset({CLINIC}), days=None)
    calendar = Calendar((PLAIN, own), {})
    assert calendar.hours(MONDAY, OFFICE, "posko") == ((0, 1440),)
    assert calendar.week(MONDAY, OFFICE, "posko")[6] == ((0, 1440),)
    assert calendar.hours(MONDAY, OFFICE, "kantor") == calendar.hours(MONDAY, OFFICE) == FULL
    assert calendar.hours(days.end, OFFICE, "posko") == FULL
    either = Calendar((PLAIN, both), {})
    assert either.hours(MONDAY, CLINIC) == either.hours(MONDAY, OFFICE, "posko") == ((0, 1440),)
    assert either.hours(MONDAY, OFFICE, "kantor") == FULL


# ---------------------------------------------------------------- what comes with the program


@pytest.mark.parametrize(
    ("day", "service", "hours"),
    [
        (date(2026, 8, 3), OFFICE, FULL),
        (date(2026, 8, 7), OFFICE, ((450, 660),)),  # Friday, a placeholder
        (date(2026, 8, 8), OFFICE, ()),
        (date(2026, 2, 18), OFFICE, FULL),
        (date(2026, 2, 19), OFFICE, ((480, 900),)),  # Ramadan begins
        (date(2026, 2, 20), OFFICE, ((480, 930),)),
        (date(2026, 2, 19), CLINIC, ((450, 870),)),
        (date(2026, 3, 20), OFFICE, ()),  # cuti bersama
        (date(2026, 3, 25), OFFICE, FULL),
        (date(2026, 3, 22), HOSPITAL, ((450, 1200),)),  # a Sunday and Idulfitri
    ],
)
def test_the_packaged_hours(
    packaged: Calendar, day: date, service: str, hours: tuple[tuple[int, int], ...]
) -> None:
    assert packaged.hours(day, service) == hours


def test_each_ramadan_ends_on_the_eve_of_idulfitri(packaged: Calendar) -> None:
    fasts = [each for each in packaged.schedules if each.name.startswith("Ramadan")]
    assert len(fasts) == 3
    for fast in fasts:
        assert fast.days is not None
        assert "Idul Fitri" in str(packaged.holiday(fast.days.end))
        assert 29 <= len(fast.days) <= 30


def test_friday_is_marked_as_a_placeholder() -> None:
    text = (PACKAGED / "hours.toml").read_text()
    assert 'unconfirmed = ["friday"]' in text[: text.index("Ramadan 1446")]


# ---------------------------------------------------------------- files of the regency's own

HOURS = """\
[[schedule]]
name = "Sendiri"
source = "a letter"
monday = "08:00-12:00, 13:00-24:00"
"""


def calendar(folder: Path, hours: str = HOURS, holidays: str = "date,name,kind\n") -> Calendar:
    (folder / "hours.toml").write_text(hours)
    (folder / "holidays.csv").write_text(holidays)
    return read_calendar(folder)


def test_files_in_the_data_folder_take_the_place_of_the_packaged(tmp_path: Path) -> None:
    holidays = '# ours\ndate,name,kind\n2026-08-10,"Haul, Martapura",libur\n2026-08-17,x,kerja\n'
    own = calendar(tmp_path, holidays=holidays)
    assert own.hours(MONDAY, OFFICE) == ((480, 720), (780, 1440))
    assert own.holiday(date(2026, 8, 10)) == "Haul, Martapura"
    assert own.holiday(date(2026, 8, 17)) is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('monday = "8-12"', "line 4, schedule.monday: '8-12' is not like 07:30-12:00"),
        ('monday = "16:00-08:00"', "line 4, schedule.monday: '16:00-08:00' goes back in time"),
        ('monday = "08:00-12:00, 11:00-13:00"', "goes back in time or overlaps"),
        ('senin = "08:00-12:00"', "line 4, schedule.senin: Object contains unknown field"),
        ("first = 2026-01-01", "line 1, schedule: first and last belong together"),
        ("first = 2026-02-02\nlast = 2026-02-01", "line 5, schedule.last: 2026-02-01 is before"),
        ('unconfirmed = ["jumat"]', "line 4, schedule.unconfirmed: Invalid enum value 'jumat'"),
    ],
)
def test_a_fault_in_the_hours_is_told_by_line_and_field(
    tmp_path: Path, wrong: str, told: str
) -> None:
    with pytest.raises(FileError) as error:
        calendar(tmp_path, HOURS.replace('monday = "08:00-12:00, 13:00-24:00"', wrong))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("17-08-2026,x,libur", "line 2, date: '17-08-2026' is not like 2026-08-17"),
        ("2026-08-17,x,holiday", "line 2, kind: 'holiday' is none of libur, cuti bersama, kerja"),
        ("2026-08-17,libur", "line 2: 2 fields"),
        (f"2026-08-17,{'x' * 200_000},libur", "line 2: field larger than field limit"),
    ],
)
def test_a_fault_in_the_holidays_is_told_by_line_and_field(
    tmp_path: Path, row: str, told: str
) -> None:
    with pytest.raises(FileError) as error:
        calendar(tmp_path, holidays=f"date,name,kind\n{row}\n")
    assert told in str(error.value)


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the first line must be date,name,kind"):
        calendar(tmp_path, holidays="tanggal;nama\n")


def test_hours_of_a_unit_are_read_from_the_file(tmp_path: Path) -> None:
    units = HOURS.replace('source = "a letter"', 'source = "a letter"\nunits = ["posko"]')
    own = calendar(tmp_path, units)
    assert own.hours(MONDAY, OFFICE, "posko") == ((480, 720), (780, 1440))
    assert own.hours(MONDAY, OFFICE) == ()
