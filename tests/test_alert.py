"""Somebody is told, in their language, when a job has failed."""

from pathlib import Path

from click.testing import CliRunner

from collector.cli import main
from collector.jobs import recorded
from collector.ledger.store import open_ledger
from tests.brokers import HOST, free_port
from tests.mailserver import mail_server

UNIT = "senyum-drill.service"


def alert(folder: Path, port: int | None, unit: str = UNIT) -> tuple[int, str]:
    text = f'[collector]\ndata_dir = "{folder}"\n'
    if port is not None:
        text += (
            f'[mail]\nhost = "{HOST}"\nport = {port}\nsecurity = "none"\n'
            'sender = "senyum@banjar.test"\nto = "admin@banjar.test"\n'
        )
    (folder / "c.toml").write_text(text)
    done = CliRunner().invoke(main, ["--config", str(folder / "c.toml"), "alert", unit])
    return done.exit_code, done.output


def fail(folder: Path, job: str = "drill") -> None:
    def work() -> str:
        raise OSError("cadangan rusak di halaman 7")

    open_ledger(folder / "ledger.db").close()
    try:
        recorded(folder / "ledger.db", job, work)  # type: ignore[arg-type]
    except OSError:
        return
    raise AssertionError("what went wrong was swallowed")


def letter(folder: Path, unit: str = UNIT) -> str:
    with mail_server() as (port, mailbox):
        assert alert(folder, port, unit)[0] == 0
    [letter], [to] = mailbox.letters, mailbox.recipients
    assert to == ["admin@banjar.test"]
    assert letter["Subject"].startswith(f"Kotak Senyum: {unit} gagal di ")
    return str(letter.get_content())


def test_the_letter_says_which_unit_and_why(tmp_path: Path) -> None:
    fail(tmp_path)
    text = letter(tmp_path)
    assert "WITA: cadangan rusak di halaman 7" in text
    assert f"journalctl -u {UNIT}" in text
    assert "In English" in text


def test_a_unit_that_could_note_nothing_is_told_too(tmp_path: Path) -> None:
    fail(tmp_path, job="backup")
    assert "Ia tidak sempat mencatat sebabnya." in letter(tmp_path)


def test_a_success_of_before_is_not_told_as_the_reason(tmp_path: Path) -> None:
    open_ledger(tmp_path / "ledger.db").close()
    recorded(tmp_path / "ledger.db", "drill", lambda: "semua baik")
    assert "semua baik" not in letter(tmp_path)


def test_a_ledger_that_is_gone_is_a_reason(tmp_path: Path) -> None:
    assert "there is no ledger here" in letter(tmp_path)


def test_without_a_mail_server_nobody_is_told_and_nothing_fails(tmp_path: Path) -> None:
    status, said = alert(tmp_path, None)
    assert (status, "mail.host is not set" in said) == (0, True)


def test_a_mail_server_that_is_gone_is_said(tmp_path: Path) -> None:
    status, said = alert(tmp_path, free_port())
    assert (status, "nothing was sent" in said) == (1, True)
