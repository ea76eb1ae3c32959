"""The fleet page: who is there and who is not, and nothing that moves with a single vote."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.ledger import desired, epochs, forks, presence, users
from collector.ledger.presence import Presence, State
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger, writing
from collector.web.fleet import magnitude
from kiosk import wire
from tests.fleet import signing_key
from tests.web import NAME, NOW, PASSWORD, PLACES, app_in, fill, log_in, put_kiosk, report

KIOSK = "rsud-01"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_ledger(tmp_path / "ledger.db")
    users.add(db, NAME, PASSWORD, at=1)
    fill(db, PLACES[3:5], days=1)
    put_kiosk(db, KIOSK, "rsud-1")
    yield db
    db.close()


@pytest.fixture
def client(db: Database, tmp_path: Path) -> FlaskClient:
    client = app_in(tmp_path).test_client()
    log_in(client)
    return client


def lines(client: FlaskClient, address: str = "/kiosk/isi") -> list[str]:
    """The table's rows as words."""
    body = client.get(address).text.partition("<tbody")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (20, "terhubung kurang dari semenit lalu"),
        (150, "terhubung 2 menit lalu"),
        (181, "terlambat melapor 3 menit lalu"),
        (901, "terputus 15 menit lalu"),
        (90_000, "terputus 25 jam lalu"),
        (250_000, "terputus 2 hari lalu"),
    ],
)
def test_liveness_is_the_age_of_health(
    client: FlaskClient, db: Database, age: float, words: str
) -> None:
    report(db, KIOSK, age)
    (line,) = lines(client)
    assert words in line


def test_a_kiosk_that_never_spoke_is_listed(client: FlaskClient) -> None:
    (line,) = lines(client)
    assert line.endswith("belum pernah terhubung belum ada laporan")
    assert "RSUD Ratu Zalecha Kantor pelayanan · Loket 1" in line


SUNDAY = 1566720000  # 2019-08-25 16.00 WITA


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (
            "silent",
            "melapor, tetapi sejak 25 Agustus 2019 tidak ada suara, padahal biasanya sekitar 41:"
            " dipindah, ditutup, dicabut?",
        ),
        (
            "unheard",
            "sejak 25 Agustus 2019 tidak ada suara dan tidak ada laporan pada jam layanan: listrik"
            " atau jaringan?",
        ),
        ("present", None),
        ("few", None),
        ("young", None),
    ],
)
def test_a_silent_kiosk_is_told_by_its_day(
    client: FlaskClient, db: Database, state: State, words: str | None
) -> None:
    report(db, KIOSK, 20)
    (before,) = lines(client)
    with writing(db):
        presence.put(db, [Presence(KIOSK, SUNDAY + 90_000, state, SUNDAY, 41.4)])
    (line,) = lines(client)
    assert words in line if words else line == before
    assert "16.00" not in line, "nobody is told when a vote was pressed"


def test_a_healthy_kiosk_has_nothing_amiss(client: FlaskClient, db: Database) -> None:
    report(db, KIOSK, 20)
    (line,) = lines(client)
    assert line.endswith("terhubung kurang dari semenit lalu 0–9 tidak ada selaras 48,2 °C 0.1.0")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"refused": 1}, "pernah gagal menyimpan suara"),
        ({"stuck": ("frown",)}, "tombol macet: tidak puas"),
        ({"clock": "unsynced"}, "jam belum selaras"),
        ({"temperature": 80_000}, "terlalu panas"),
        ({"disk_free": 1_000_000}, "kartu memori hampir penuh"),
        ({"damaged": 1}, "menunggu diselamatkan: outbox rescue"),
        ({"voltage": "low"}, "tegangan listrik pernah terlalu rendah"),
        ({"wifi": -76}, "Wi-Fi lemah: pindahkan"),
        ({"wear": 90}, "kartu memori hampir habis umurnya"),
        ({"refused_config": 2, "why_refused": "night"}, "tidak dapat dipakai: night"),
    ],
)
def test_what_is_amiss_is_said(
    client: FlaskClient, db: Database, said: dict[str, Any], words: str
) -> None:
    report(db, KIOSK, 20)
    assert words not in lines(client)[0]
    report(db, KIOSK, 10, **said)
    assert words in lines(client)[0]


@pytest.mark.parametrize(
    ("dbm", "words"),
    [(-50, "Wi-Fi baik (−50 dBm)"), (-70, "Wi-Fi cukup (−70 dBm)"), (-80, "Wi-Fi lemah (−80 dBm)")],
)
def test_the_wifi_is_told_in_a_word_and_a_number(
    client: FlaskClient, db: Database, dbm: int, words: str
) -> None:
    report(db, KIOSK, 20, wifi=dbm)
    assert words in lines(client)[0]


@pytest.mark.parametrize(
    ("waiting", "words"), [(1, "menunggu: 1 jam"), (47, "menunggu: 47 jam"), (50, "2 hari")]
)
def test_the_oldest_waiting_vote_is_told_in_hours(
    client: FlaskClient, db: Database, waiting: int, words: str
) -> None:
    report(db, KIOSK, 20, queue=3, waiting=waiting)
    assert f"suara tertua {words}" in lines(client)[0].replace("menunggu: 2", "2")


def test_a_vote_that_has_waited_for_less_than_an_hour_is_not_told(
    client: FlaskClient, db: Database
) -> None:
    """It would show that somebody has just voted."""
    report(db, KIOSK, 20, queue=0, waiting=None)
    before = client.get("/kiosk/isi").text
    report(db, KIOSK, 19.9, queue=1, waiting=0)
    assert client.get("/kiosk/isi").text == before


def test_settings_that_are_wanted_and_used_are_named(client: FlaskClient, db: Database) -> None:
    report(db, KIOSK, 20, config=1)
    assert "pengaturan" not in lines(client)[0]
    with writing(db):
        desired.want(db, KIOSK, desired.DEFAULTS, 1)
    assert lines(client)[0].endswith("pengaturan 1")
    with writing(db):
        desired.want(db, KIOSK, desired.DEFAULTS, 2)
    assert lines(client)[0].endswith("pengaturan 1 → 2")


def test_what_a_kiosk_does_not_know_of_itself_is_no_alarm(
    client: FlaskClient, db: Database
) -> None:
    report(db, KIOSK, 20, temperature=None, disk_free=None)
    (line,) = lines(client)
    assert line.endswith("selaras – 0.1.0")


def test_votes_that_are_gone_for_good_are_said_without_a_number(
    client: FlaskClient, db: Database
) -> None:
    report(db, KIOSK, 20)
    with writing(db):
        e = db.conn.execute("SELECT e FROM epochs").fetchone()[0]
        row = (e, "0" * 32, 1, 1, 777)
        db.conn.execute(
            "INSERT INTO hellos (e, boot, nonce, up_ms, received_ms, oldest)"
            " VALUES (?, '0', ?, ?, ?, ?)",
            row,
        )
    (line,) = lines(client)
    assert "ada suara yang hilang sebelum sempat terkirim" in line
    assert "777" not in line


def test_a_new_key_waits_for_approval(client: FlaskClient, db: Database) -> None:
    report(db, KIOSK, 20)
    with writing(db):
        db.conn.execute("UPDATE epochs SET state = 'held'")
    assert "kunci baru yang tidak dikenal menunggu persetujuan" in lines(client)[0]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("approved", "kunci baru, diumumkan oleh kunci lamanya, menunggu persetujuan"),
        ("revoked", "kunci baru, diumumkan oleh kunci yang tidak dipercaya, menunggu"),
    ],
)
def test_a_new_key_says_who_announced_it(
    client: FlaskClient, db: Database, state: str, words: str
) -> None:
    report(db, KIOSK, 20)
    with writing(db):
        (earlier,) = epochs.of_kiosk(db, KIOSK)
        new = epochs.begin(db, KIOSK, signing_key(5).public, "held", 1)
        epochs.follow(db, new, wire.Succession(earlier.epoch, "ab" * 64))
        epochs.set_state(db, earlier, state)
    assert words in lines(client)[0]


def test_a_fork_is_shown_until_it_is_settled(client: FlaskClient, db: Database) -> None:
    report(db, KIOSK, 20)
    (epoch,) = epochs.of_kiosk(db, KIOSK)
    with writing(db):
        forks.see(db, epoch.e, int(NOW.timestamp() * 1000))
    assert "sejak 26 Agustus 2019 dua kartu memakai satu kunci" in lines(client)[0]
    with writing(db):
        forks.settle(db, epoch.epoch)
    assert "dua kartu" not in lines(client)[0]


def test_those_that_need_somebody_come_first(client: FlaskClient, db: Database) -> None:
    put_kiosk(db, "gambut-01", "kec-gambut-1")
    put_kiosk(db, "gambut-02", "kec-gambut-1")
    put_kiosk(db, "gambut-03", "kec-gambut-1")
    for kiosk, age in ((KIOSK, 10), ("gambut-01", 400), ("gambut-02", 4000)):
        report(db, kiosk, age)
    assert [line.split()[0] for line in lines(client)] == [
        "gambut-02",
        "gambut-01",
        "gambut-03",
        KIOSK,
    ]


def test_a_retired_kiosk_is_not_listed_but_counted(client: FlaskClient, db: Database) -> None:
    with writing(db):
        db.conn.execute("UPDATE kiosks SET retired_at = 5")
    assert lines(client) == []
    assert "1 kiosk yang sudah dipensiunkan" in client.get("/kiosk").text


def test_one_vote_more_changes_nothing_that_a_watcher_sees(
    client: FlaskClient, db: Database
) -> None:
    """Before and after a vote was made, queued and stored, the page is the same to the letter."""
    report(db, KIOSK, 20, seq=4120, queue=3)
    before = client.get("/kiosk/isi").text
    with writing(db):
        now_ms = int(NOW.timestamp() * 1000)
        db.conn.execute("UPDATE epochs SET seq = seq + 1, received_ms = ?", (now_ms,))
    assert client.get("/kiosk/isi").text == before
    report(db, KIOSK, 19, seq=4121, queue=4)
    assert client.get("/kiosk/isi").text == before
    assert "4120" not in before


def test_a_queue_is_told_by_its_order_of_magnitude() -> None:
    queues = (0, 9, 10, 99, 100, 999, 1000, 10**6)
    assert [magnitude(queue) for queue in queues] == [
        *("0–9", "0–9", "10–99", "10–99"),
        *("100–999", "100–999", "≥ 1000", "≥ 1000"),
    ]


def test_the_part_is_what_the_page_shows(client: FlaskClient, db: Database) -> None:
    report(db, KIOSK, 20)
    assert lines(client, "/kiosk") == lines(client, "/kiosk/isi")
    assert "<html" not in client.get("/kiosk/isi").text


@pytest.mark.parametrize(
    ("pressed_at", "words"),
    [((10, 0), "belum ada"), ((9, 45), "ada"), ((0, 0), "ada"), ((-1, 45), "belum ada")],
)
def test_a_technician_hears_of_votes_only_of_hours_that_are_over(
    tmp_path: Path, db: Database, pressed_at: tuple[int, int], words: str
) -> None:
    """At 10.29: who stands beside the box and watches the page sees no single vote arrive."""
    users.add(db, "tono", PASSWORD, at=1, standing=Standing("technician"))
    report(db, KIOSK, 20)
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    hours, minutes = pressed_at
    quarter = midnight + timedelta(hours=hours, minutes=minutes)
    row = ("rsud-1", int(quarter.timestamp()), "layanan", "smile", "A", 1)
    with writing(db):
        db.conn.execute("DELETE FROM counts_quarter")
        db.conn.execute("INSERT INTO counts_quarter VALUES (?, ?, ?, ?, ?, ?)", row)
    client = app_in(tmp_path, NOW.replace(hour=10, minute=29)).test_client()
    log_in(client, "tono")
    page = client.get("/kiosk/isi").text
    assert "Suara hari ini sampai pukul 10.00 WITA" in page
    (line,) = lines(client)
    assert re.search(r"lalu (ada|belum ada) tidak ada selaras", line)
    assert f"lalu {words} tidak ada" in line
