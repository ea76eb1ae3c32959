"""Reports by mail, against a real SMTP server: each period once, and nothing but public figures."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from sqlite3 import IntegrityError

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from collector.cli import main
from collector.commands.report_mail import mail_due
from collector.config import CollectorSection, Config, MailSection, ReportSection
from collector.ledger import runs
from collector.ledger.store import open_ledger
from collector.mail import MailError
from collector.release.signing import revise
from tests.brokers import HOST, free_port
from tests.mailserver import FULL, Mailbox, mail_server
from tests.releasing import JULY, SECOND, by, give_out, given, ledger

OFFICE = "bupati@banjar.test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return give_out(tmp_path)


def settings(folder: Path, port: int, to: str = OFFICE) -> Config:
    return Config(
        collector=CollectorSection(data_dir=str(folder)),
        mail=MailSection(host=HOST, port=port, security="none", sender="senyum@banjar.test"),
        report=ReportSection(to=to),
    )


@contextmanager
def post_office(folder: Path, to: str = OFFICE) -> Iterator[tuple[Config, Mailbox]]:
    with mail_server() as (port, mailbox):
        yield settings(folder, port, to), mailbox


def subjects(mailbox: Mailbox) -> list[str]:
    return [str(letter["Subject"]) for letter in mailbox.letters]


def at(day: date) -> int:
    return by(day).at_ms


def test_what_is_new_is_mailed_once(folder: Path) -> None:
    with post_office(folder) as (config, mailbox):
        mail_due(config, at(date(2019, 8, 12)))
        assert subjects(mailbox) == [
            "Laporan indeks kiosk (bukan SKM), Triwulan II 2019",
            "Laporan indeks kiosk (bukan SKM), Juli 2019",
        ]
        assert mail_due(config, at(date(2019, 8, 13))) == "nothing new to mail"
        assert len(mailbox.letters) == 2


def test_it_brings_the_public_report_and_says_what_it_is(folder: Path) -> None:
    with post_office(folder) as (config, mailbox):
        mail_due(config, at(date(2019, 8, 12)))
    [triwulan, month] = mailbox.letters
    files = [part.get_filename() for part in triwulan.iter_attachments()]
    assert files == [f"{name}-2019-T2-publik.{end}" for name, end in
                     (("laporan", "pdf"), ("laporan", "xlsx"), ("slide", "pdf"))]  # fmt: skip
    assert len(list(month.iter_attachments())) == 2
    body = triwulan.get_body()
    assert body is not None
    figure = given(folder, "public", SECOND)[""]
    assert f"{figure.index} (rentang 95 %: {figure.low}–{figure.high})" in body.get_content()
    assert "bukan nilai Survei" in body.get_content()


def test_a_year_of_old_reports_is_no_news(folder: Path) -> None:
    with post_office(folder) as (config, mailbox):
        assert mail_due(config, at(date(2019, 12, 1))) == "nothing new to mail"
    assert mailbox.letters == []


def test_a_letter_that_was_not_taken_is_tried_again(folder: Path) -> None:
    day = at(date(2019, 9, 1))
    with post_office(folder, to=FULL) as (config, _), pytest.raises(MailError, match="552"):
        mail_due(config, day)
    with pytest.raises(MailError, match="nothing was sent"):
        mail_due(settings(folder, free_port()), day)
    with post_office(folder) as (config, mailbox):
        mail_due(config, day)
    assert subjects(mailbox) == ["Laporan indeks kiosk (bukan SKM), Juli 2019"]


def test_a_revised_period_is_mailed_again_by_hand(folder: Path) -> None:
    with post_office(folder) as (config, mailbox):
        mail_due(config, at(date(2019, 9, 1)))
        with ledger(folder) as db:
            db.conn.execute("UPDATE counts_day SET n = n + 50 WHERE first_day = '2019-07-10'")
            db.conn.commit()
            revise(db, by(date(2019, 9, 1)), JULY, "Kiosk tanpa jaringan")
        assert mail_due(config, at(date(2019, 9, 2))) == "nothing new to mail"
        result = run(folder, "2019-07", "--mail", port=config.mail.port)
        assert result.startswith(f"mailed to {OFFICE}: Laporan"), result
    assert len(mailbox.letters) == 2


def run(folder: Path, *words: str, port: int = 1, to: str = OFFICE) -> str:
    environment = {
        "SENYUM_REPORT_TO": to,
        "SENYUM_MAIL_HOST": HOST,
        "SENYUM_MAIL_PORT": str(port),
        "SENYUM_MAIL_SECURITY": "none",
        "SENYUM_MAIL_SENDER": "senyum@banjar.test",
    }
    return (
        CliRunner().invoke(main, ["--data", str(folder), "report", *words], env=environment).output
    )


def test_without_an_address_the_job_is_well_and_says_so(folder: Path) -> None:
    assert run(folder, "--mail", to="") == "report.to is not set: nobody gets reports by mail\n"
    with ledger(folder) as db:
        last = runs.latest(db)["report"]
    assert (last.ok, last.said) == (True, "report.to is not set: nobody gets reports by mail")


def test_a_job_that_failed_is_noted_for_the_page_of_admins(folder: Path) -> None:
    assert "nothing was sent" in run(folder, "2019-07", "--mail", port=free_port())
    with ledger(folder) as db:
        assert not runs.latest(db)["report"].ok


def test_it_is_asked_where_to(folder: Path) -> None:
    assert "Give PERIOD and --to, or --mail" in " ".join(run(folder, "2019-07").split())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mailings SET at_ms = 0",
        "DELETE FROM mailings",
        "REPLACE INTO mailings SELECT * FROM mailings",
    ],
)
def test_what_was_mailed_stays_noted(folder: Path, statement: str) -> None:
    with post_office(folder) as (config, _):
        mail_due(config, at(date(2019, 9, 1)))
    with closing(open_ledger(folder / "ledger.db")) as db:
        refuse(db, statement)


def refuse(db: Database, statement: str) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        db.conn.execute(statement)
