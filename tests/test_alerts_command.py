"""Alerts by command: seen, told to a real webhook, acknowledged, closed, and when not told."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_mock import MockerFixture

from collector.cli import main
from collector.index.plans import Plan
from collector.ledger import journal, plans
from collector.ledger.deeds import By, tell
from collector.ledger.runs import latest
from collector.ledger.store import open_ledger, writing
from collector.release.signing import publish_due
from tests import laporfiles
from tests.web import NOW, PLACES, TODAY, fill, fill_runs, put_kiosk, report
from tests.webhook import Hook, webhook

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Office:
    """A collector with its folder, at a time of its own."""

    def __init__(self, folder: Path, mocker: MockerFixture) -> None:
        self.folder = folder
        self.now = NOW
        self.db = open_ledger(folder / "ledger.db")
        mocker.patch("collector.commands.alerts.now_ms", side_effect=self.now_ms)

    def now_ms(self) -> int:
        return round(self.now.timestamp() * 1000)

    def do(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["--data", str(self.folder), "alerts", *words])

    def say(self, *words: str) -> str:
        done = self.do(*words)
        assert done.exit_code == 0, done.output
        return done.output.strip()

    def listed(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(self.say("list", "--json"))
        return found

    def kinds(self) -> set[tuple[object, object]]:
        return {(each["kind"], each["subject"]) for each in self.listed()}

    def tell(self, url: str, role: str = "district", agency: str = "", name: str = "kita") -> None:
        """One more group in the file of recipients."""
        own = f'agency = "{agency}"\n' if agency else ""
        file = self.folder / "alerts.toml"
        file.touch(mode=0o600)
        with file.open("a") as text:
            text.write(f'[[recipient]]\nname = "{name}"\nrole = "{role}"\n{own}url = "{url}"\n')

    def promise(self, number: int, agency: str, due: date) -> None:
        told = ("waktu", "Antrean panjang", "Buka loket ketiga", "Kepala Bidang")
        with writing(self.db):
            plans.add_version(self.db, number, Plan(agency, *told, due, due, due), due, 1)


@pytest.fixture
def office(tmp_path: Path, mocker: MockerFixture) -> Iterator[Office]:
    office = Office(tmp_path, mocker)
    fill(office.db, PLACES[3:6], days=1)
    yield office
    office.db.close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with webhook() as hook:
        yield hook


def test_without_trouble_nothing_is_wrong(office: Office) -> None:
    assert office.say("run") == "0 new, 0 over, 0 live; 0 letters"
    assert office.say("list") == "nothing is wrong"


def test_what_is_wrong_is_told_once_and_is_over_by_itself(office: Office, hook: Hook) -> None:
    office.tell(hook.url)
    office.promise(1, "rsud", TODAY - 3 * DAY)
    assert office.say("run") == "1 new, 0 over, 1 live; 1 letters"
    assert hook.texts == ["- rsud: rencana tindak lanjut 1 lewat tenggat 23 Agustus 2019"]
    assert hook.titles == ["Kotak Senyum: ringkasan pagi"]
    office.now += 10 * MINUTE
    assert office.say("run") == "0 new, 0 over, 1 live; 0 letters"
    done = plans.plans(office.db)[1]._replace(realised=TODAY, evidence="BA 7")
    with writing(office.db):
        plans.add_version(office.db, 1, done, TODAY, 2)
    assert office.say("run") == "0 new, 1 over, 0 live; 0 letters"
    assert len(hook.bodies) == 1


def test_people_acknowledge_and_close_and_the_journal_knows(office: Office, hook: Hook) -> None:
    office.promise(1, "rsud", TODAY - 3 * DAY)
    office.say("run")
    office.say("acknowledge", "1")
    assert [each["state"] for each in office.listed()] == ["acknowledged"]
    office.tell(hook.url)
    office.now += DAY
    office.say("run")
    assert hook.bodies == []  # somebody looks after it
    office.say("close", "1", "--comment", "sudah ditanyakan")
    assert office.do("acknowledge", "1").exit_code == 1
    office.now += DAY
    assert office.say("run").startswith("0 new, 0 over, 1 live")  # it lasts, and stays silent
    assert "sudah ditanyakan" in office.say("list")
    noted = [(each.what, each.told().get("comment")) for each in journal.entries(office.db)]
    assert noted[-2:] == [("alert-acknowledged", None), ("alert-closed", "sudah ditanyakan")]


def test_what_comes_again_after_it_was_over_is_a_new_alert(office: Office) -> None:
    put_kiosk(office.db, "rsud-01", "rsud-1")
    report(office.db, "rsud-01", age=0, stuck=("frown",))
    office.say("run")
    office.say("close", "1", "--comment", "diperbaiki")
    report(office.db, "rsud-01", age=-60)
    office.now += 2 * MINUTE
    assert office.say("run").startswith("0 new, 1 over, 0 live")
    report(office.db, "rsud-01", age=-180, stuck=("frown",))
    office.now += 2 * MINUTE
    assert office.say("run").startswith("1 new, 0 over, 1 live")
    assert [each["alert"] for each in office.listed()] == [2]


@pytest.mark.parametrize("comment", ["", "  ", "dua\nbaris", "x" * 301])
def test_a_comment_says_something_in_one_line(office: Office, comment: str) -> None:
    office.promise(1, "rsud", TODAY - 3 * DAY)
    office.say("run")
    done = office.do("close", "1", "--comment", comment)
    assert (done.exit_code, "one line" in done.output) == (1, True)
    assert [each["state"] for each in office.listed()] == ["open"]


def test_an_alert_that_is_not_there_cannot_be_closed(office: Office) -> None:
    done = office.do("close", "9", "--comment", "x")
    assert (done.exit_code, "no alert 9 is live" in done.output) == (1, True)


# ---------------------------------------------------------------- when


def at(day: date, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=NOW.tzinfo)


def test_nobody_is_told_at_night_on_a_weekend_or_on_a_holiday(office: Office, hook: Hook) -> None:
    office.tell(hook.url)
    put_kiosk(office.db, "rsud-01", "rsud-1")
    report(office.db, "rsud-01", age=5 * 3600)  # unheard through a morning of service: urgent
    (office.folder / "holidays.csv").write_text("date,name,kind\n2019-09-02,Haul,libur\n")
    quiet = [
        at(TODAY, "17:00"), at(TODAY, "23:00"), at(TODAY + DAY, "06:59"),
        at(date(2019, 8, 31), "10:00"), at(date(2019, 9, 1), "10:00"),
        at(date(2019, 9, 2), "10:00"),
    ]  # fmt: skip
    for moment in quiet:
        office.now = moment
        assert office.say("run").endswith("0 letters"), moment
    office.now = at(date(2019, 9, 3), "07:00")
    assert office.say("run").endswith("1 letters")
    assert hook.titles == ["Kotak Senyum: perlu tindakan"]
    assert hook.texts == ["- rsud-01: tidak melapor pada jam layanan sejak 26 Agustus 2019"]


def test_what_is_not_urgent_waits_for_the_one_letter_of_a_day(office: Office, hook: Hook) -> None:
    office.tell(hook.url)
    office.promise(1, "rsud", TODAY - 3 * DAY)
    office.now = at(TODAY, "07:29")
    assert office.say("run").endswith("0 letters")
    office.now = at(TODAY, "07:30")
    assert office.say("run").endswith("1 letters")
    office.promise(2, "kec-gambut", TODAY - DAY)
    office.now = at(TODAY, "09:00")
    assert office.say("run") == "1 new, 0 over, 2 live; 0 letters"
    office.now = at(TODAY + DAY, "07:31")
    assert office.say("run").endswith("1 letters")
    assert hook.texts[1] == (
        "- kec-gambut: rencana tindak lanjut 2 lewat tenggat 25 Agustus 2019\n\n"
        "Masih terbuka dari sebelumnya: 1"
    )


def test_nights_and_weekends_are_no_silence_of_a_kiosk(office: Office) -> None:
    put_kiosk(office.db, "rsud-01", "rsud-1")
    friday = at(date(2019, 8, 23), "23:00")
    report(office.db, "rsud-01", age=(NOW - friday).total_seconds())
    office.now = at(TODAY, "07:40")
    schedule = '[[schedule]]\nname = "x"\nsource = "x"\nmonday = "07:30-16:00"\n'
    (office.folder / "hours.toml").write_text(schedule)
    office.say("run")
    assert office.kinds() == set()
    office.now = at(TODAY, "08:31")
    office.say("run")
    assert office.kinds() == {("unheard", "rsud-01")}
    office.now = at(TODAY, "22:00")
    assert office.say("run").startswith("0 new, 0 over, 1 live")  # the night does not mend it


# ---------------------------------------------------------------- whom


def test_each_reads_only_what_concerns_it(office: Office, hook: Hook) -> None:
    office.tell(hook.url, "agency", "rsud", "rsud")
    office.promise(1, "rsud", TODAY - DAY)
    office.promise(2, "kec-gambut", TODAY - DAY)
    put_kiosk(office.db, "rsud-01", "rsud-1")
    report(office.db, "rsud-01", age=5 * 3600)
    office.say("run")
    assert hook.texts == ["- rsud: rencana tindak lanjut 1 lewat tenggat 25 Agustus 2019"]
    office.tell(hook.url, "technician", name="teknisi")
    office.say("run")
    assert hook.texts[1:] == ["- rsud-01: tidak melapor pada jam layanan sejak 26 Agustus 2019"]


def test_complaints_are_told_by_agency_and_without_counts(office: Office, hook: Hook) -> None:
    office.tell(hook.url)
    rows = [
        ["K1", "2019-08-01", "rsud", "Proses", "", ""],
        ["K2", "2019-08-20", "kec-gambut", "Proses", "", ""],
        ["K3", "2019-08-26", "kec-martapura", "Proses", "", ""],
    ]
    laporfiles.write(office.folder, rows)
    assert laporfiles.run(office.folder, as_of="2019-08-26").exit_code == 0
    office.say("run")
    assert hook.texts == [
        "- rsud: ada pengaduan melewati batas, menurut berkas 26 Agustus 2019\n"
        "- kec-gambut: ada pengaduan yang segera melewati batas, menurut berkas 26 Agustus 2019"
    ]


def test_the_usual_troubles_are_all_seen(office: Office) -> None:
    with writing(office.db):
        office.db.conn.execute("DELETE FROM counters WHERE counter = 'none'")
    fill_runs(office.db)
    put_kiosk(office.db, "rsud-01", "rsud-1")
    report(office.db, "rsud-01", age=20, disk_free=1000)
    tell(office.db, By("cli:sari", round((NOW - 40 * DAY).timestamp() * 1000)), "x")
    office.say("run")
    assert office.kinds() == {
        ("job", "drill"), ("job", "audit"), ("job", "misuse"), ("job", "release"),
        ("job", "report"), ("box", "rsud-01/full"),
    }  # fmt: skip


# ---------------------------------------------------------------- letters that nobody took


def test_a_letter_that_nobody_took_is_tried_again_and_said_once(office: Office, hook: Hook) -> None:
    office.tell(hook.url)
    office.promise(1, "rsud", TODAY - DAY)
    hook.status = 500
    done = office.do("run")
    assert (done.exit_code, "kita (json)" in done.output) == (1, True)
    assert "127.0.0.1" not in done.output  # an address may hold a password
    office.now += 10 * MINUTE
    assert "still failing" in office.say("run")
    assert not latest(office.db)["alerts"].ok
    hook.status = 200
    office.now += 10 * MINUTE
    assert office.say("run").endswith("1 letters")
    assert latest(office.db)["alerts"].ok


def test_a_failure_that_lasts_is_said_again_after_a_day(office: Office, hook: Hook) -> None:
    office.tell(hook.url)
    office.promise(1, "rsud", TODAY - DAY)
    office.say("run")
    office.promise(2, "rsud", TODAY - DAY)
    hook.status = 500
    failed = []
    for _ in range(2 * 144):
        office.now += 10 * MINUTE
        failed.append(office.do("run").exit_code)
    assert 2 <= sum(failed) <= 3


def test_rounds_are_noted_once_an_hour(office: Office) -> None:
    for _ in range(13):
        office.say("run")
        office.now += 10 * MINUTE
    rows = office.db.conn.execute("SELECT COUNT(*) FROM runs WHERE job = 'alerts'").fetchone()
    assert rows == (3,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[recipient]]\nname = "a"\nrole = "agency"\nurl = "x://y"\n', "has agency"),
        ('[[recipient]]\nname = "a"\nrole = "boss"\nurl = "x://y"\n', "role"),
        ('[[recipient]]\nname = "a"\nrole = "district"\nurl = "y"\n', "an address of Apprise"),
        (2 * '[[recipient]]\nname = "a"\nrole = "district"\nurl = "x://y"\n', "there twice"),
        (
            '[[recipient]]\nname = "a"\nrole = "agency"\nagency = "rsd"\nurl = "x://y"\n',
            "there is no agency 'rsd'; near it: rsud",
        ),
    ],
)
def test_a_file_of_recipients_that_makes_no_sense_is_said(
    office: Office, text: str, why: str
) -> None:
    file = office.folder / "alerts.toml"
    file.touch(mode=0o600)
    file.write_text(text)
    done = office.do("run")
    assert (done.exit_code, why in done.output) == (1, True), done.output


# ---------------------------------------------------------------- an index that falls


@pytest.fixture(scope="module")
def given_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Months of figures; dpmptsp fell in the latest month by some 12 points, others did not."""
    folder = tmp_path_factory.mktemp("given")
    db = open_ledger(folder / "ledger.db")
    fill(db, PLACES[:4], days=300)
    publish_due(db, By("cli:x", 1), TODAY)
    publish_due(db, By("cli:x", 2), TODAY + 16 * DAY)
    db.close()
    return folder


@pytest.fixture
def falling(given_out: Path, mocker: MockerFixture) -> Iterator[Office]:
    office = Office(given_out, mocker)
    office.now = at(date(2019, 9, 11), "09:00")
    yield office
    office.db.close()


def test_a_threshold_says_what_it_costs(falling: Office) -> None:
    low = falling.say("threshold", "--agency", "disdukcapil", "--drop", "0.5")
    high = falling.say("threshold", "--agency", "disdukcapil", "--drop", "10")
    assert low.startswith("expected false alarms: 0.0")
    assert "expected false alarms: 0.000 a month" in high
    assert "fired on 0" in high


def test_too_few_votes_make_no_expectation(falling: Office) -> None:
    said = falling.say("threshold", "--agency", "disnakertrans", "--drop", "5")
    assert said.startswith("too little is known")


@pytest.mark.parametrize("drop", ["five", "nan", "-1", "80"])
def test_a_threshold_is_a_number_of_points(falling: Office, drop: str) -> None:
    done = falling.do("threshold", "--agency", "rsud", f"--drop={drop}", "--set")
    assert done.exit_code != 0
    assert "Traceback" not in done.output
