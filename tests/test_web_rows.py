"""Single votes: for an auditor alone, after a reason that stands in the journal first."""

import re
from contextlib import closing
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.ledger import journal, misuse, users
from collector.ledger.copies import Place
from collector.ledger.deeds import By
from collector.ledger.misuse import Flag, Look
from collector.ledger.roles import Standing
from collector.ledger.rows import Asked, open_rows
from collector.ledger.store import open_ledger, writing
from tests.fleet import ZONE, TestCollector
from tests.web import PASSWORD, app_in, log_in, token_in

PAGE: Final = "/rincian"
MONDAY: Final = datetime(2026, 4, 6, 9, tzinfo=ZONE)
NOW: Final = MONDAY + timedelta(days=2)
REASON: Final = "Kasus 7: delapan puluh senyum berturut-turut"
KIOSK: Final = "dukcapil-01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three votes on Monday, the second in a burst, one on Tuesday, one on Wednesday."""
    collector = TestCollector(tmp_path)
    collector.clock.ms = round(MONDAY.timestamp() * 1000)
    kiosk = collector.kiosk()
    told = 0
    for hours, faces in ((0, ["smile", "smile", "frown"]), (24, ["smile"]), (47, ["frown"])):
        kiosk.clock.ms = round((MONDAY + timedelta(hours=hours)).timestamp() * 1000)
        for face in faces:
            kiosk.clock.ms += 12_500
            kiosk.press(face)
        collector.take(kiosk.votes(told))
        told = len(kiosk.chain)
    with writing(collector.db):
        (e,) = collector.db.conn.execute("SELECT e FROM epochs").fetchone()
        lo = int(MONDAY.timestamp())
        misuse.add_look(collector.db, Look(0, "1", "", "", 1, 1), [Flag(Place(e, 2), "burst", lo)])
    for role in ("district-admin", "auditor"):
        users.add(collector.db, role, PASSWORD, at=1, standing=Standing(role))  # type: ignore[arg-type]
    collector.close()
    return tmp_path


def of(folder: Path, role: str = "auditor") -> FlaskClient:
    client = app_in(folder, NOW).test_client()
    assert log_in(client, role).status_code == 302
    return client


def ask(client: FlaskClient, **form: str) -> Any:
    usual = {"kiosk": KIOSK, "hari": "2026-04-06", "alasan": REASON}
    token = token_in(client.get("/akun").text)
    return client.post(PAGE, data={**usual, **form, "csrf_token": token})


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def openings(folder: Path) -> list[tuple[str, Any]]:
    with closing(open_ledger(folder / "ledger.db")) as db:
        return [(each.who, each.told()) for each in journal.entries_about(db, "rows-opened")]


def test_an_auditor_reads_the_votes_of_one_kiosk_and_day(folder: Path) -> None:
    answer = ask(of(folder))
    assert answer.headers["Cache-Control"] == "no-store"
    rows = re.findall(r"<tr>\s*<th scope=\"row\".*?</tr>", answer.text, re.S)
    assert [words(row).partition(" ")[2] for row in rows] == [
        "09.00 WITA – puas pelayanan ya –",
        "09.00 WITA 12,5 puas pelayanan ya Rentetan",
        "09.00 WITA 12,5 tidak puas pelayanan ya –",
    ]
    assert [re.search(r"/(\d)", row)[1] for row in map(words, rows)] == ["1", "2", "3"]  # type: ignore[index]
    expected = {"kiosk": KIOSK, "day": "2026-04-06", "reason": REASON}
    assert openings(folder) == [("web:auditor", expected)]


def test_everybody_of_the_district_reads_who_opened_what_and_why(folder: Path) -> None:
    admin = of(folder, "district-admin")
    assert "90 hari terakhir: Tidak ada." in words(admin.get("/integritas").text)
    ask(of(folder))
    page = words(admin.get("/integritas").text)
    assert f"8 April 2026, 09.00 WITA auditor {KIOSK} 6 April 2026 {REASON}" in page
    assert PAGE not in admin.get("/integritas").text


def test_no_other_role_opens_them(folder: Path) -> None:
    admin = of(folder, "district-admin")
    assert admin.get(PAGE).status_code == 403
    assert ask(admin).status_code == 403
    assert openings(folder) == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"alasan": "lihat"}, "10 sampai 300 huruf"),
        ({"alasan": " " * 40}, "10 sampai 300 huruf"),
        ({"alasan": "x" * 301}, "10 sampai 300 huruf"),
        ({"hari": "2026-04-08"}, "Pilih hari yang sudah ditutup"),
        ({"hari": "2026-13-01"}, "Pilih hari yang sudah ditutup"),
        ({"hari": ""}, "Pilih hari yang sudah ditutup"),
        ({"kiosk": "kiosk-lain"}, "Kiosk itu tidak ada"),
    ],
)
def test_without_a_reason_a_day_or_a_kiosk_nothing_is_opened(
    folder: Path, form: dict[str, str], said: str
) -> None:
    answer = ask(of(folder), **form)
    assert answer.status_code == 400
    assert said in answer.text
    for typed in {"alasan": REASON, "hari": "2026-04-06", **form}.values():
        assert f'value="{typed}"' in answer.text or typed == "kiosk-lain"
    assert "09.00 WITA" not in answer.text
    assert openings(folder) == []


def test_what_cannot_be_noted_is_not_opened(folder: Path) -> None:
    """Another writer holds the ledger for longer than a page waits."""
    auditor = of(folder)
    with closing(open_ledger(folder / "ledger.db")) as other, writing(other):
        answer = ask(auditor)
    assert answer.status_code == 503
    assert "09.00 WITA" not in answer.text
    assert openings(folder) == []


def test_votes_of_an_uncertain_day_are_left_out(folder: Path) -> None:
    with closing(open_ledger(folder / "ledger.db")) as db:
        first = int(MONDAY.replace(hour=0).timestamp())
        whole = opened(db, first, first + 86_400)
        half = opened(db, first, int(MONDAY.timestamp()) + 600)
    assert (len(whole), len(half)) == (3, 0)


def opened(db: Database, first: int, end: int) -> list[Any]:
    return open_rows(db, By("cli:a-test", 1), Asked(KIOSK, "2026-04-06", first, end), REASON)
