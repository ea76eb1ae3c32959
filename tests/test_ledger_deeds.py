"""Whatever people do is in the journal: who, when, what; and nothing that was not done."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.cli import main
from collector.commands import web as web_command
from collector.commands.who import who
from collector.config import Config, load, values
from collector.ledger import journal
from collector.ledger.deeds import deed, named, note_settings
from collector.ledger.journal import Entry
from collector.ledger.store import open_ledger, writing
from collector.web import noting, site
from tests.fleet import BY, TestCollector, TestKiosk
from tests.web import NAME, app_in, log_in, make_ledger

ME = who({}, os.getuid())


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


def run(collector: TestCollector, *arguments: str, stdin: str | None = None) -> Result:
    command = ["--data", str(collector.path.parent), *arguments]
    return CliRunner().invoke(main, command, input=stdin)


def entries(db: Database) -> list[Entry]:
    """The journal, its chain checked."""
    found, head = list(journal.entries(db)), journal.BEGIN
    for entry in found:
        head = journal.next_head(head, entry[:-1])
        assert entry.head == head
    return found


def last(collector: TestCollector) -> Entry:
    return entries(collector.db)[-1]


# ---------------------------------------------------------------- both or neither


def test_a_deed_and_its_entry_are_one(collector: TestCollector) -> None:
    def fail() -> None:
        with deed(collector.db, BY, "kiosk-added"):
            collector.kiosk()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert entries(collector.db) == []
    assert collector.rows("SELECT * FROM kiosks") == []


def test_a_part_of_a_transaction_is_undone_alone(collector: TestCollector) -> None:
    db = collector.db

    def fail() -> None:
        with writing(db):
            db.conn.execute("INSERT INTO kiosks VALUES ('b', 1, NULL)")
            raise ZeroDivisionError

    with writing(db):
        db.conn.execute("INSERT INTO kiosks VALUES ('a', 1, NULL)")
        with pytest.raises(ZeroDivisionError):
            fail()
        with writing(db):
            db.conn.execute("INSERT INTO kiosks VALUES ('c', 1, NULL)")
    assert collector.rows("SELECT kiosk FROM kiosks") == [("a",), ("c",)]


def test_a_name_is_made_harmless() -> None:
    assert named("cli", "sari\nweb:budi") == "cli:sari_web_budi"
    assert len(named("cli", "x" * 1000)) == 68


@pytest.mark.parametrize(
    ("environment", "uid", "account"),
    [
        ({}, 0, "cli:root"),
        ({"SUDO_USER": "sari"}, 0, "cli:sari"),
        ({"SUDO_USER": "sari"}, 1_234_567, "cli:1234567"),  # not by sudo: who says so is not root
    ],
)
def test_whose_command_it_is(environment: dict[str, str], uid: int, account: str) -> None:
    assert who(environment, uid) == account


# ---------------------------------------------------------------- commands


def test_kiosks_are_noted(collector: TestCollector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "sari")
    kiosk = TestKiosk("dukcapil-01", collector.clock)
    where = ("--counter", "loket-1", "--from", "2025-01-01")
    run(collector, "kiosk", "add", kiosk.name, "--key", kiosk.key.public, *where)
    added = last(collector)
    assert (added.who, added.what) == ("cli:sari", "kiosk-added")
    assert added.told() == {
        "kiosk": "dukcapil-01",
        "key": kiosk.key.public,
        "counter": "loket-1",
        "from_at": 1_735_660_800,
    }
    run(collector, "kiosk", "move", kiosk.name, "--counter", "loket-2", "--from", "2025-02-01")
    assert (last(collector).what, last(collector).told()["counter"]) == ("kiosk-moved", "loket-2")
    run(collector, "kiosk", "retire", kiosk.name)
    assert (last(collector).what, last(collector).told()) == (
        "kiosk-retired",
        {"kiosk": kiosk.name},
    )


@pytest.mark.parametrize("decide", ["approve", "refuse", "revoke"])
def test_a_decision_about_a_key_is_noted(collector: TestCollector, decide: str) -> None:
    kiosk = collector.kiosk()
    new = kiosk.successor(2)
    collector.take(new.hello())
    run(collector, "kiosk", decide, new.epoch[:12])
    assert last(collector).what.startswith(f"key-{decide}")
    assert last(collector).told() == {"kiosk": kiosk.name, "epoch": new.epoch}


@pytest.mark.parametrize(
    "arguments",
    [
        ("kiosk", "approve", "abc"),
        ("kiosk", "refuse", "abc"),
        ("kiosk", "revoke", "abc"),
        ("kiosk", "retire", "nobody"),
        ("kiosk", "add", "x", "--key", "ab", "--counter", "loket-1"),
        ("user", "remove", "nobody"),
    ],
)
def test_what_failed_is_not_noted(collector: TestCollector, arguments: tuple[str, ...]) -> None:
    assert run(collector, *arguments).exit_code == 1
    assert entries(collector.db) == []


def test_users_are_noted_and_passwords_are_not(collector: TestCollector) -> None:
    word = "kata sandi yang panjang"
    new = ("budi", "--role", "auditor", "--password-stdin")
    run(collector, "user", "add", *new, stdin=f"{word}\n")
    run(collector, "user", "password", "budi", "--password-stdin", stdin=f"{word}2\n")
    run(collector, "user", "role", "budi", "--role", "technician")
    run(collector, "user", "reset-totp", "budi")
    run(collector, "user", "remove", "budi")
    noted = entries(collector.db)
    told = {"user": "budi", "agency": None}
    assert [(entry.what, entry.told()) for entry in noted] == [
        ("user-added", {**told, "role": "auditor"}),
        ("password-changed", {"user": "budi"}),
        ("role-changed", {**told, "role": "technician"}),
        ("totp-reset", {"user": "budi"}),
        ("user-removed", {"user": "budi"}),
    ]


def test_an_import_is_noted_with_what_it_changed(collector: TestCollector) -> None:
    run(collector, "agency", "import")
    first = last(collector)
    assert first.what == "places-imported"
    assert "dinkes" in first.told()["added"]["agency"]
    assert first.told()["changed"] == []
    run(collector, "agency", "import")
    assert last(collector).told() == {"added": {}, "changed": []}


def test_an_export_and_an_erasure_are_noted(
    collector: TestCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)
    kiosk = collector.kiosk()
    kiosk.press("smile")
    collector.take(kiosk.votes())
    run(collector, "export", "--from", "2025-11-01", "--to", "2025-11-30")
    assert last(collector).what == "exported"
    assert last(collector).told() == {"first": "2025-11-01", "last": "2025-11-30", "rows": 1}
    run(collector, "erase")
    assert (last(collector).what, last(collector).told()["times"]) == ("erased", 1)
    assert last(collector).who == ME


# ---------------------------------------------------------------- settings


def test_settings_are_noted_when_they_differ_from_the_last(collector: TestCollector) -> None:
    usual = values(Config())
    changed = usual | {"web.port": 8080, "collector.zone": "Asia/Jakarta"}
    for settings in (usual, changed, changed, changed | {"web.port": 8000}):
        note_settings(collector.db, BY, "ingest", usual, settings)
    noted = [entry.told()["changed"] for entry in entries(collector.db)]
    assert noted == [
        {"web.port": [8000, 8080], "collector.zone": ["Asia/Makassar", "Asia/Jakarta"]},
        {"web.port": [8080, 8000]},
    ]
    note_settings(collector.db, BY, "web", usual, changed)
    assert last(collector).told()["service"] == "web", "each service has its own"


def test_the_pages_note_their_settings_where_there_is_a_ledger(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = load(None, {"SENYUM_WEB_PORT": "8123"}, tmp_path / "data")
    web_command._note_settings(config)
    assert "settings_not_noted" in caplog.text
    with closing(open_ledger(config.ledger)) as db:
        web_command._note_settings(config)
        (entry,) = entries(db)
    assert entry.told()["changed"]["web.port"] == [8000, 8123]


# ---------------------------------------------------------------- logins


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_ledger(tmp_path)


@pytest.fixture
def db(folder: Path) -> Iterator[Database]:
    with open_ledger(folder / "ledger.db") as db:
        yield db


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return app_in(folder).test_client()


def test_a_login_is_noted(client: FlaskClient, db: Database) -> None:
    log_in(client)
    (entry,) = entries(db)
    assert (entry.who, entry.what, entry.detail) == (f"web:{NAME}", "login", "{}")


def test_a_failed_login_names_an_account_and_never_what_else_was_typed(
    client: FlaskClient, db: Database
) -> None:
    log_in(client, password="salah sekali lagi")
    log_in(client, name="my-secret-password")
    noted = entries(db)
    assert {(entry.who, entry.what) for entry in noted} == {("web:?", "login-failed")}
    assert [entry.told()["account"] for entry in noted] == [NAME, None]
    assert "secret" not in json.dumps(noted)


def test_failed_logins_are_bounded(folder: Path, db: Database, monkeypatch) -> None:
    monkeypatch.setattr(noting, "FAILURES", 2)
    client = app_in(folder).test_client()
    for _ in range(4):
        log_in(client, password="salah sekali lagi")
    assert len(entries(db)) == 2


def test_a_ledger_that_cannot_be_written_keeps_nobody_out(
    client: FlaskClient, db: Database, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(site, "BUSY_MS", 20)
    with writing(db):
        assert log_in(client).status_code == 302
    assert "not_noted what=login" in caplog.text
    assert client.get("/").status_code == 200
    assert entries(db) == []
