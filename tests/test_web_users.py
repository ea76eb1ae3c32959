"""Who may log in: names, passwords, and sessions that end."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from collector.cli import main
from collector.ledger import users
from collector.ledger.roles import UserError
from collector.ledger.store import open_ledger

PASSWORD = "kerupuk haruan renyah"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_ledger(tmp_path / "ledger.db")
    yield db
    db.close()


def test_a_user_logs_in_with_the_password_and_no_other(db: Database) -> None:
    added = users.add(db, "siti", PASSWORD, at=1)
    assert users.log_in(db, "siti", PASSWORD) == added
    assert users.log_in(db, " Siti ", PASSWORD) == added  # as a phone's keyboard writes it
    assert users.log_in(db, "siti", PASSWORD + " ") is None
    assert users.log_in(db, "siti", "") is None
    assert users.log_in(db, "budi", PASSWORD) is None


def test_the_ledger_holds_an_argon2id_hash_and_not_the_password(db: Database) -> None:
    users.add(db, "siti", PASSWORD, at=1)
    row = db["users"].get("siti")
    assert str(row["password"]).startswith("$argon2id$")
    assert PASSWORD not in str(row)


def test_the_same_letter_typed_in_two_ways_is_one_password(db: Database) -> None:
    users.add(db, "siti", "café au lait manis", at=1)
    assert users.log_in(db, "siti", "cafe\u0301 au lait manis") is not None


def test_a_changed_password_ends_old_sessions(db: Database) -> None:
    before = users.add(db, "siti", PASSWORD, at=1)
    assert users.of_session(db, before.session) == before
    users.change_password(db, "siti", "another long password")
    assert users.of_session(db, before.session) is None
    assert users.log_in(db, "siti", PASSWORD) is None
    after = users.log_in(db, "siti", "another long password")
    assert after is not None
    assert users.of_session(db, after.session) == after


def test_a_removed_user_is_out(db: Database) -> None:
    added = users.add(db, "siti", PASSWORD, at=1)
    users.remove(db, "siti")
    assert users.of_session(db, added.session) is None
    assert users.log_in(db, "siti", PASSWORD) is None
    with pytest.raises(UserError, match="no such user"):
        users.remove(db, "siti")


def test_a_user_is_never_replaced_by_add(db: Database) -> None:
    users.add(db, "siti", PASSWORD, at=1)
    with pytest.raises(UserError, match="user password siti"):
        users.add(db, "siti", "another long password", at=2)
    assert users.log_in(db, "siti", PASSWORD) is not None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "123456789012",
        "qwertyuiop[]",
        "KotakSenyum2026",
        "banjarbanjar",
        "aaaaaaaaaaaaaa",
    ],
)
def test_what_is_easily_guessed_is_no_password(db: Database, password: str) -> None:
    with pytest.raises(UserError, match="easily guessed"):
        users.add(db, "siti", password, at=1)
    assert users.names(db) == []


def test_a_long_password_takes_no_longer_to_look_at(db: Database) -> None:
    users.add(db, "siti", "kerupuk haruan renyah " * 11, at=1)
    assert users.log_in(db, "siti", "kerupuk haruan renyah " * 11) is not None


@pytest.mark.parametrize(
    "name", ["", "Siti", "siti ", "-siti", "a" * 33, "<b>", "siti\n", "..", "é"]
)
def test_names_that_cannot_be(db: Database, name: str) -> None:
    with pytest.raises(UserError, match="cannot be a user's name"):
        users.add(db, name, PASSWORD, at=1)


@pytest.mark.parametrize("password", ["", "too short", "x" * 257])
def test_passwords_that_cannot_be(db: Database, password: str) -> None:
    with pytest.raises(UserError, match="12 to 256 characters"):
        users.add(db, "siti", password, at=1)


def command(data: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "user", *words], input=typed)


def test_the_command_asks_twice_and_stores(tmp_path: Path) -> None:
    new = ("add", "siti", "--role", "auditor")
    differs = command(tmp_path, *new, typed=f"{PASSWORD}\nsomething else\n")
    assert differs.exit_code == 1
    done = command(tmp_path, *new, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0
    assert PASSWORD not in done.output
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        user = users.log_in(db, "siti", PASSWORD)
    assert user is not None
    assert user.role == "auditor"


def test_the_command_reads_standard_input_for_scripts(tmp_path: Path) -> None:
    new = ("add", "siti", "--role", "technician", "--password-stdin")
    assert command(tmp_path, *new, typed=f"{PASSWORD}\n").exit_code == 0
    changed = command(tmp_path, "password", "siti", "--password-stdin", typed="sirih pinang kapur")
    assert changed.exit_code == 0
    assert command(tmp_path, "list").output == "siti: technician\n"
    assert command(tmp_path, "remove", "siti").exit_code == 0
    assert command(tmp_path, "list").output == ""


def test_the_command_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    as_auditor = ("--role", "auditor")
    short = command(tmp_path, "add", "siti", *as_auditor, "--password-stdin", typed="short\n")
    assert short.exit_code == 1
    assert short.output == "Error: a password has 12 to 256 characters; this one has 5\n"
    wrong = command(tmp_path, "add", "Siti Aminah", *as_auditor)
    assert wrong.output.startswith("Error: 'Siti Aminah' cannot")
    assert command(tmp_path, "add", "siti").exit_code == 2  # nobody gets a role unasked
