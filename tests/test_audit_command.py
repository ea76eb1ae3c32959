"""senyum-collector audit, as an auditor meets it."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from collector.cli import main
from collector.integrity.witness import unseal
from collector.ledger import journal, runs
from collector.ledger.store import read_snapshot
from tests import independent_audit
from tests.auditing import Ledger
from tests.brokers import HOST
from tests.browser import chromium
from tests.fleet import COLLECTOR_KEY
from tests.mailserver import mail_server
from tests.test_audit_verify import cut_back, spoil

OFFICE = "inspektorat@banjar.test"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    data = tmp_path / "data"
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with closing(Ledger(data, votes=15)) as made:
        (data / "collector.key").write_bytes(pem)
        yield made


def run(ledger: Ledger, *arguments: str, **settings: str) -> Result:
    environment = {f"SENYUM_{name.upper()}": value for name, value in settings.items()}
    data = ["--data", str(ledger.path.parent), "audit", *arguments]
    return CliRunner().invoke(main, data, env=environment)


def last_run(ledger: Ledger, job: str) -> runs.Run:
    return runs.latest(ledger.db)[job]


# ---------------------------------------------------------------- verify


def test_a_clean_ledger_ends_0_and_is_recorded(ledger: Ledger):
    result = run(ledger, "verify")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "clean: nothing contradicts what is kept"
    assert re.match(r"\d+ votes of 5 epochs recomputed, 4 signatures", result.stdout)
    recorded = last_run(ledger, "audit")
    assert recorded.ok
    assert recorded.said.startswith("clean: ")


def test_a_changed_ledger_ends_1_and_says_what_to_do(ledger: Ledger):
    spoil(ledger, "UPDATE votes SET face = 'smile' WHERE e = 1")
    result = run(ledger, "verify")
    assert result.exit_code == 1
    assert "FAILED chain: dukcapil-01" in result.stdout
    assert "  do: Set a copy of ledger.db aside" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("NOT CLEAN: ")
    recorded = last_run(ledger, "audit")
    assert not recorded.ok
    assert recorded.said.startswith("not clean: ")


def test_programs_read_json(ledger: Ledger):
    assert run(ledger, "verify", "--json").exit_code == 0
    spoil(ledger, "UPDATE counts_day SET n = n + 1 WHERE counter = 'loket-1'")
    result = run(ledger, "verify", "--json", "--all-signatures")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["clean"] is False
    assert set(found["failed"]) == {"counts"}
    assert found["failures"][0]["found"].startswith("counts_")
    assert "rebuild" in found["failures"][0]["do"]
    assert found["signatures"] > found["epochs"]


def test_a_file_of_another_office_proves_what_was_cut(ledger: Ledger, tmp_path: Path):
    stick = tmp_path / "stick"
    assert run(ledger, "witness", "--to", str(stick)).exit_code == 0
    [file] = stick.iterdir()
    assert run(ledger, "verify", "--witness", str(file)).exit_code == 0
    spoil(ledger, "DELETE FROM witnesses")
    cut_back(ledger)
    assert run(ledger, "verify").exit_code == 0
    result = run(ledger, "verify", "--witness", str(file))
    assert result.exit_code == 1
    assert "FAILED cut: dukcapil-02" in result.stdout


def test_without_a_ledger_or_key_there_is_one_plain_message(tmp_path: Path, ledger: Ledger):
    result = CliRunner().invoke(main, ["--data", str(tmp_path / "none"), "audit", "verify"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    (ledger.path.parent / "collector.key").unlink()
    result = run(ledger, "verify")
    assert result.exit_code == 1
    assert "collector.key" in result.stderr


# ---------------------------------------------------------------- witness


def test_a_witness_lies_beside_the_ledger_unless_told(ledger: Ledger):
    for n in (1, 2):
        result = run(ledger, "witness")
        assert result.exit_code == 0, result.output
        files = sorted((ledger.path.parent / "witnesses").iterdir())
        assert [file.name[:14] for file in files] == [f"witness-{m:06d}" for m in range(1, n + 1)]
    data = files[-1].read_bytes()
    assert unseal(data, COLLECTOR_KEY.public, "it").witness.n == 2
    assert sha256(data).hexdigest() in result.stdout
    assert last_run(ledger, "witness").ok


def test_a_witness_that_cannot_be_brought_is_recorded_as_failed(ledger: Ledger, tmp_path: Path):
    (tmp_path / "stick").write_text("not a folder")
    result = run(ledger, "witness", "--to", str(tmp_path / "stick" / "here"))
    assert result.exit_code == 1
    assert "stick" in result.stderr
    assert not last_run(ledger, "witness").ok
    assert run(ledger, "witness").exit_code == 0


def test_a_broken_chain_is_not_witnessed(ledger: Ledger):
    spoil(ledger, "UPDATE votes SET face = 'smile' WHERE e = 1")
    result = run(ledger, "witness")
    assert result.exit_code == 1
    assert "nothing was witnessed" in result.stderr
    assert "nothing was witnessed" in last_run(ledger, "witness").said


def test_a_witness_is_mailed_to_the_office_that_keeps_it(ledger: Ledger):
    with mail_server() as (port, mailbox):
        mail = {"mail_host": HOST, "mail_port": str(port), "mail_security": "none"}
        mail |= {"mail_sender": "senyum@banjar.test", "mail_witness_to": OFFICE}
        result = run(ledger, "witness", "--mail", **mail)
    assert result.exit_code == 0, result.output
    [letter], [recipients] = mailbox.letters, mailbox.recipients
    assert recipients == [OFFICE]
    assert letter["Subject"].startswith("Kotak Senyum: saksi 1 / witness 1, ")
    [attached] = letter.iter_attachments()
    [kept] = (ledger.path.parent / "witnesses").iterdir()
    assert attached.get_filename() == kept.name
    data = attached.get_payload(decode=True)
    assert data == kept.read_bytes(), "to the byte, or its signature is worth nothing"


def test_without_an_address_the_mail_is_refused_in_plain_words(ledger: Ledger):
    result = run(ledger, "witness", "--mail", mail_host="127.0.0.1")
    assert result.exit_code == 1
    assert "mail.witness_to is not set" in result.stderr


# ---------------------------------------------------------------- the day sheet


def test_the_day_sheet_tells_every_chain(ledger: Ledger, tmp_path: Path):
    page = tmp_path / "sheet.html"
    assert run(ledger, "witness", "--sheet", str(page)).exit_code == 0
    [file] = (ledger.path.parent / "witnesses").iterdir()
    text = page.read_text()
    digest = sha256(file.read_bytes()).hexdigest()
    assert digest[:8] in text
    for head in unseal(file.read_bytes(), COLLECTOR_KEY.public, "it").witness.epochs:
        assert f'<td class="n">{head.seq}</td>' in text
        assert f"{head.head[:4]} {head.head[4:8]} {head.head[8:12]} {head.head[12:16]}" in text


@pytest.mark.slow
def test_the_day_sheet_fits_on_paper(ledger: Ledger, tmp_path: Path):
    page = tmp_path / "sheet.html"
    assert run(ledger, "witness", "--sheet", str(page)).exit_code == 0
    with chromium() as browser:
        view = browser.new_page(viewport={"width": 794, "height": 1123})
        view.emulate_media(media="print")
        view.goto(page.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") <= 794
        assert view.locator("tbody tr").count() == 5
        box = view.locator("header svg").bounding_box()
        assert box is not None
        assert box["width"] > 140, "a phone reads it from the hand"
        pdf = view.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


# ---------------------------------------------------------------- export


def test_an_export_is_whole_and_noted(ledger: Ledger, tmp_path: Path):
    run(ledger, "witness")
    result = run(ledger, "export", str(tmp_path / "export"))
    assert result.exit_code == 0, result.output
    assert list(independent_audit.verify(tmp_path / "export")) == []
    with closing(read_snapshot(ledger.path)) as db:
        *_, last = journal.entries(db)
    assert (last.what, json.loads(last.detail)) == (
        "audit-exported",
        {"folder": str(tmp_path / "export")},
    )
    assert last.who.startswith("cli:")
    again = run(ledger, "export", str(tmp_path / "export"))
    assert again.exit_code == 1
    assert "name a new folder" in again.stderr
