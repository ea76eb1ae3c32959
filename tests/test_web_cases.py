"""The page of cases: what is odd in plain words, closed by an admin with a reason."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.index.periods import Days
from collector.ledger import journal, misuse, users
from collector.ledger.cases import Opening, close_case, open_cases
from collector.ledger.deeds import By
from collector.ledger.misuse import Look
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger, writing
from collector.web.casewords import CASES
from tests.web import PASSWORD, PLACES, app_in, fill, log_in, put_kiosk, token_in

PAGE: Final = "/kasus"
DAYS: Final = Days(date(2019, 8, 12), date(2019, 8, 19))
# As the rules write them.
SEEN: Final[dict[str, tuple[dict[str, str | int | float], str]]] = {
    "share": (
        {"face": "smile", "share": 0.912, "votes": 340, "before": 0.71, "chance": 2.5e-9,
         "limit": 1e-5},
        "91,2 % puas dari 340 suara, sebelumnya 71,0 %. Kebetulan seperti itu: sekali dalam"
        " 400.000.000.",
    ),
    "volume": (
        {"votes": 900, "usual": 212.4, "chance": 1e-7, "limit": 1e-5},
        "900 suara, biasanya 212. Kebetulan seperti itu: sekali dalam 10.000.000.",
    ),
    "sitting": (
        {"run": 80, "face": "frown", "votes": 84, "limit": 31},
        "80 kali tidak puas berturut-turut, dari 84 suara; batasnya 31.",
    ),
    "corrections": (
        {"corrections": 60, "votes": 300, "index": 70.5, "low": 66.1, "high": 74.9,
         "uncorrected": 80.25, "chance": 0.0, "limit": 1e-5},
        "60 dari 300 suara mengoreksi suara sebelumnya; indeks 70,5, tanpa koreksi 80,2."
        " Kebetulan seperti itu: sekali dalam 1.000.000.000.000.000.",
    ),
    "rhythm": (
        {"gaps": 20, "mean_seconds": 31.25, "face": "smile", "chance": 0.013, "limit": 0.02},
        "20 jarak yang hampir sama antara suara puas, rata-rata 31,2 detik. Kebetulan seperti itu:"
        " sekali dalam 77.",
    ),
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        fill(db, PLACES[3:5], days=1)
        put_kiosk(db, "rsud-01", "rsud-1")
        for role in ("district-admin", "auditor"):
            users.add(db, role, PASSWORD, at=1, standing=Standing(role))  # type: ignore[arg-type]
        yield db


def odd(db: Database, *rules: str, days: Days = DAYS) -> None:
    with writing(db):
        run = misuse.add_look(db, Look(0, "1", "", "", 1, 1), [])
        open_cases(db, run, [Opening(rule, "rsud-01", days, SEEN[rule][0]) for rule in rules])


def of(folder: Path, role: str = "district-admin") -> FlaskClient:
    client = app_in(folder).test_client()
    assert log_in(client, role).status_code == 302
    return client


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def close(client: FlaskClient, number: int = 1, **form: str) -> Any:
    form["csrf_token"] = token_in(client.get("/akun").text)
    return client.post(f"{PAGE}/{number}/tutup", data=form)


def closings(db: Database) -> list[tuple[str, Any]]:
    return [(each.who, each.told()) for each in journal.entries_about(db, "case-closed")]


def test_there_are_words_for_every_rule() -> None:
    assert SEEN.keys() == CASES.keys()


@pytest.mark.parametrize("rule", SEEN)
def test_a_case_says_what_was_seen_and_where(db: Database, tmp_path: Path, rule: str) -> None:
    odd(db, rule)
    page = words(of(tmp_path).get(PAGE).text)
    assert f"Kasus 1: {CASES[rule].name}" in page
    assert "rsud-01 · RSUD Ratu Zalecha, Kantor pelayanan · Loket 1 · 12–18 Agustus 2019" in page
    assert SEEN[rule][1] in page
    assert "Waktu persis suaranya masih ada sampai 11 September 2019" in page


def test_an_admin_closes_a_case_with_a_reason(db: Database, tmp_path: Path) -> None:
    odd(db, "sitting")
    admin = of(tmp_path)
    assert close(admin, putusan="honest", alasan="Ada pasar murah").status_code == 302
    page = words(admin.get(PAGE).text)
    assert "Kasus 1 ditutup." in page
    said = "Ditutup 26 Agustus 2019 oleh district-admin: wajar. “Ada pasar murah”"
    assert said in page.partition("Ditutup (1)")[2]
    ((who, told),) = closings(db)
    assert (who, told["verdict"], told["reason"]) == (
        "web:district-admin", "honest", "Ada pasar murah",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "reason"), [("honest", ""), ("honest", "x" * 301), ("", "Ada pasar"), ("x", "y")]
)
def test_what_is_no_reason_is_given_back(
    db: Database, tmp_path: Path, verdict: str, reason: str
) -> None:
    odd(db, "sitting")
    answer = close(of(tmp_path), putusan=verdict, alasan=reason)
    assert answer.status_code == 400
    assert "Pilih satu jawaban" in answer.text
    assert f'value="{reason}"' in answer.text
    assert (' value="honest" required checked' in answer.text) is (verdict == "honest")
    assert closings(db) == []


def test_what_somebody_else_closed_stays_as_it_is(db: Database, tmp_path: Path) -> None:
    odd(db, "volume")
    admin = of(tmp_path)
    close_case(db, By("cli:sari", 5), 1, "unclear", "tidak ada saksi")
    for number in (1, 9):
        assert close(admin, number, putusan="honest", alasan="Bukan").status_code == 302
    assert "tidak ada, atau sudah ditutup" in words(admin.get(PAGE).text)
    assert [who for who, _ in closings(db)] == ["cli:sari"]


def test_an_auditor_reads_and_may_look_closer(db: Database, tmp_path: Path) -> None:
    odd(db, "sitting")
    admin, auditor = of(tmp_path), of(tmp_path, "auditor")
    link = 'href="/rincian?kiosk=rsud-01&amp;hari=2019-08-12"'
    assert link in auditor.get(PAGE).text
    assert link not in admin.get(PAGE).text
    assert "/tutup" not in auditor.get(PAGE).text
    assert close(auditor, putusan="honest", alasan="Bukan").status_code == 403


def test_once_exact_times_are_gone_it_says_so(db: Database, tmp_path: Path) -> None:
    odd(db, "sitting", days=Days(date(2019, 7, 26), date(2019, 7, 27)))
    assert "Waktu persis suaranya sudah dihapus" in words(of(tmp_path).get(PAGE).text)


def test_it_says_how_many_votes_each_rule_leaves_out(db: Database, tmp_path: Path) -> None:
    page = words(of(tmp_path).get(PAGE).text)
    assert "yang pertama tetap. 0 Di luar jam layanan" in page
