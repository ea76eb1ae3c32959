"""The integrity page: what an admin must do so that votes stay safe; nothing of single votes."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.index.periods import Days
from collector.ledger import misuse, runs, users
from collector.ledger.cases import Opening, close_case, open_cases
from collector.ledger.deeds import By
from collector.ledger.misuse import Look
from collector.ledger.runs import Job, Run
from collector.ledger.store import open_ledger, writing
from collector.web.upkeep import DUTIES
from tests.mounts import tmpfs
from tests.web import NAME, NOW, PASSWORD, PLACES, app_in, fill, log_in, put_kiosk, report

HOUR = 3600


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_ledger(tmp_path / "ledger.db")
    users.add(db, NAME, PASSWORD, at=1)
    fill(db, PLACES[3:5], days=1)
    put_kiosk(db, "rsud-01", "rsud-1")
    yield db
    db.close()


@pytest.fixture
def client(db: Database, tmp_path: Path) -> FlaskClient:
    client = app_in(tmp_path).test_client()
    log_in(client)
    return client


def ran(db: Database, job: Job, hours_ago: float, ok: bool = True, said: str = "well") -> None:
    at_ms = round((NOW.timestamp() - hours_ago * HOUR) * 1000)
    with writing(db):
        runs.record(db, Run(job, at_ms, ok, 12_300, said))


def line(client: FlaskClient, key: str, address: str = "/integritas") -> str:
    """One line of the page as words."""
    found = re.search(rf'<li id="{key}".*?</li>', client.get(address).text, re.S)
    assert found, f"there is no line {key}"
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def verdict(client: FlaskClient) -> str:
    found = re.search(r'<h2 id="verdict">(.*?)</h2>', client.get("/integritas").text)
    assert found
    return found[1]


def test_who_is_not_logged_in_sees_nothing(tmp_path: Path, db: Database) -> None:
    answer = app_in(tmp_path).test_client().get("/integritas")
    assert (answer.status_code, "/masuk" in answer.headers["Location"]) == (302, True)


def test_on_the_first_day_nothing_has_been_done_yet(client: FlaskClient) -> None:
    for duty in DUTIES:
        words = line(client, duty.job)
        assert "Perlu tindakan belum pernah dijalankan" in words
        assert duty.command in words


def test_what_went_well_lately_says_when_and_how_long(client: FlaskClient, db: Database) -> None:
    ran(db, "backup", hours_ago=11.5)
    words = line(client, "backup")
    assert "Baik selesai dalam 12 detik" in words
    assert words.endswith("26 Agustus 2019 02.35 WITA")


@pytest.mark.parametrize(
    ("job", "hours", "words"),
    [
        ("backup", 49, "sudah lama: paling lambat setiap 2 hari"),
        ("drill", 8 * 24 + 1, "sudah lama: paling lambat setiap 8 hari"),
        ("audit", 31 * 24 + 1, "sudah lama: paling lambat setiap 31 hari"),
        ("witness", 49, "sudah lama: paling lambat setiap 2 hari"),
        ("erase", 49, "sudah lama: paling lambat setiap 2 hari"),
        ("misuse", 49, "sudah lama: paling lambat setiap 2 hari"),
    ],
)
def test_a_success_that_lies_back_too_far_is_none(
    client: FlaskClient, db: Database, job: Job, hours: int, words: str
) -> None:
    ran(db, job, hours)
    assert f"Perlu tindakan {words}" in line(client, job)
    ran(db, job, hours - 2)
    assert "Baik" in line(client, job)


def test_a_failure_is_told_with_its_words_and_the_last_success(
    client: FlaskClient, db: Database
) -> None:
    ran(db, "drill", hours_ago=30)
    ran(db, "drill", hours_ago=2, ok=False, said="page 7 <is> damaged")
    words = line(client, "drill")
    assert "gagal; terakhir berhasil 25 Agustus 2019" in words
    assert "page 7 <is> damaged" in words
    assert "&lt;is&gt;" in client.get("/integritas").text


def test_what_never_succeeded_says_so(client: FlaskClient, db: Database) -> None:
    ran(db, "drill", hours_ago=2, ok=False, said="no backup")
    assert "gagal, dan belum pernah berhasil" in line(client, "drill")


def test_backups_beside_the_ledger_are_no_good_place(client: FlaskClient) -> None:
    words = line(client, "place")
    assert "di disk yang sama dengan ledger" in words
    assert "backup.folder" in words


def test_backups_on_another_disk_are(client: FlaskClient, tmp_path: Path) -> None:
    with tmpfs(tmp_path / "backups", "1m"):
        assert line(client, "place").endswith("Baik di disk lain")


def test_a_disk_that_fills_up_is_told_in_time(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "GB kosong" in line(client, "room")
    monkeypatch.setattr("collector.web.upkeep.LITTLE", 10**18)
    assert "Perlu tindakan" in line(client, "room")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("20190820", "Baik 1 folder 20 Agustus 2019"),
        ("20190720", "Perlu tindakan 1 folder 20 Juli 2019"),
    ],
)
def test_a_ledger_that_was_set_aside_has_its_time(
    client: FlaskClient, tmp_path: Path, day: str, words: str
) -> None:
    assert 'id="aside"' not in client.get("/integritas").text
    (tmp_path / f"set-aside-{day}T020000Z").mkdir()
    assert words in line(client, "aside")


def test_keys_that_wait_are_told_by_their_kiosks(client: FlaskClient, db: Database) -> None:
    assert line(client, "held").endswith("Baik tidak ada")
    with writing(db):
        db.conn.execute("UPDATE epochs SET state = 'held'")
    words = line(client, "held")
    assert "Perlu tindakan 1 kiosk" in words
    assert words.endswith("senyum-collector kiosk approve")


def test_forks_are_told(client: FlaskClient, db: Database) -> None:
    assert line(client, "forked").endswith("Baik tidak ada")
    with writing(db):
        db.conn.execute(
            "INSERT INTO held (e, why, first, last, received_ms, topic, payload, digest)"
            " VALUES (1, 'fork', 1, 2, 1, '', x'', '')"
        )
    assert "Perlu tindakan 1 kiosk" in line(client, "forked")


def test_what_was_refused_is_told_for_a_week(client: FlaskClient, db: Database) -> None:
    now_ms, week = round(NOW.timestamp() * 1000), 7 * 24 * HOUR * 1000
    with writing(db):
        _refuse(db, now_ms - week - 1, "2019-08-18")
    assert line(client, "refused").endswith("Baik tidak ada")
    assert line(client, "overflowed").endswith("Baik tidak ada")
    with writing(db):
        _refuse(db, now_ms - week, "2019-08-19")
    assert "Perlu tindakan 1 kiosk" in line(client, "refused")
    assert "Perlu tindakan 1 kiosk" in line(client, "overflowed")


def test_names_that_no_kiosk_has_are_told_by_their_messages_and_are_no_kiosk(
    client: FlaskClient, db: Database
) -> None:
    assert line(client, "strangers").endswith("Baik tidak ada")
    with writing(db):
        _refuse(db, round(NOW.timestamp() * 1000), "2019-08-26", kiosk="")
    assert "Perlu tindakan 6 pesan" in line(client, "strangers")
    assert line(client, "refused").endswith("Baik tidak ada")
    assert line(client, "overflowed").endswith("Baik tidak ada")


def _refuse(db: Database, at_ms: int, day: str, kiosk: str = "rsud-01") -> None:
    db.conn.execute(
        "INSERT INTO quarantine (received_ms, kiosk, topic, reason, detail, size, kept, payload)"
        " VALUES (?, ?, '', 'forged', '', 1, 1, x'')",
        (at_ms, kiosk),
    )
    db.conn.execute("INSERT INTO quarantine_overflow VALUES (?, ?, 5, 5)", (kiosk, day))


def test_the_top_says_how_much_there_is_to_do(
    client: FlaskClient, db: Database, tmp_path: Path
) -> None:
    assert verdict(client) == "10 hal perlu tindakan"
    for duty in DUTIES:
        ran(db, duty.job, hours_ago=1)
    assert verdict(client) == "1 hal perlu tindakan"
    with tmpfs(tmp_path / "backups", "1m"):
        assert verdict(client) == "Semua baik"


def test_a_case_waits_until_it_is_closed(client: FlaskClient, db: Database) -> None:
    assert "Baik tidak ada" in line(client, "cases")
    with writing(db):
        run = misuse.add_look(db, Look(0, "1", "", "", 1, 1), [])
        week = Days(date(2019, 8, 19), date(2019, 8, 26))
        open_cases(db, run, [Opening("volume", "gambut-1", week, {"votes": 9, "usual": 3})])
    assert "Perlu tindakan 1 kiosk" in line(client, "cases")
    close_case(db, By("cli:sari", 0), 1, "honest", "pasar murah")
    assert "Baik tidak ada" in line(client, "cases")


def test_it_speaks_english_too(client: FlaskClient, db: Database) -> None:
    ran(db, "backup", hours_ago=11.5)
    client.get("/bahasa/en")
    assert "Good done in 12 seconds" in line(client, "backup")
    assert "Needs action never run" in line(client, "drill")


def test_one_vote_more_changes_nothing_that_a_watcher_sees(
    client: FlaskClient, db: Database
) -> None:
    report(db, "rsud-01", 20, seq=4120, queue=3)
    before = client.get("/integritas").text
    with writing(db):
        db.conn.execute("UPDATE epochs SET seq = seq + 1")
    report(db, "rsud-01", 19, seq=4121, queue=4)
    assert client.get("/integritas").text == before
