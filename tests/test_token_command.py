"""senyum-collector token: made, listed, revoked, and in the journal."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger import journal
from collector.ledger.places import Agency, put_agencies
from collector.ledger.store import open_ledger, writing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        put_agencies(db, [Agency("rsud", "RSUD", "RSUD", "Rumah sakit", "a test", verified=True)])
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder), "token", *words])


def test_a_token_is_made_listed_and_revoked(folder: Path) -> None:
    made = run(folder, "add", "pusat-data", "--for", "agency", "--agency", "rsud", "--days", "30")
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("senyum-")
    assert "pusat-data: agency rsud, until " in run(folder, "list").stdout
    assert run(folder, "revoke", "pusat-data").exit_code == 0
    assert "pusat-data: agency rsud, ended " in run(folder, "list").stdout
    with closing(open_ledger(folder / "ledger.db")) as db:
        entries = list(journal.entries(db))
        notes = [entry.what for entry in entries]
        assert made.stdout.strip() not in json.dumps([str(entry) for entry in entries])
    assert notes[-2:] == ["token-added", "token-revoked"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["add", "x", "--for", "agency"], "--agency SLUG"),
        (["add", "x", "--for", "district", "--agency", "rsud"], "--agency SLUG"),
        (["add", "x", "--for", "agency", "--agency", "nope"], "no such agency"),
        (["add", "X y", "--for", "district"], "cannot be a token's name"),
        (["add", "x", "--for", "district", "--days", "0"], "1 to 366 days"),
        (["add", "x", "--for", "district", "--days", "999"], "1 to 366 days"),
        (["revoke", "x"], "no token of this name"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    folder: Path, words: list[str], says: str
) -> None:
    failed = run(folder, *words)
    assert failed.exit_code == 1
    assert says in failed.output
    assert run(folder, "list").stdout == ""


def test_a_name_is_never_used_again(folder: Path) -> None:
    run(folder, "add", "lama", "--for", "district")
    run(folder, "revoke", "lama")
    again = run(folder, "add", "lama", "--for", "district")
    assert again.exit_code == 1
    assert "take another" in again.output
