"""Roles as the ledger keeps them: who is what, whose, and how one comes in."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from collector.cli import main
from collector.ledger import invites, journal, logins, places, secondstep, users
from collector.ledger.deeds import By
from collector.ledger.places import Agency
from collector.ledger.roles import ADMIN, Standing, UserError
from collector.ledger.schema import migrations
from collector.ledger.store import open_ledger, writing

PASSWORD = "kerupuk haruan renyah"
HEAD = Standing("agency-head", "rsud")
NOW = 1_700_000_000
BY = By("cli:sari", NOW * 1000)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        rsud = Agency("rsud", "RSUD Ratu Zalecha", "rsud", "Rumah sakit", "a test", verified=True)
        with writing(db):
            places.put_agencies(db, [rsud])
        yield db


def command(data: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "user", *words], input=typed)


def test_who_could_look_before_there_were_roles_goes_on_to(tmp_path: Path) -> None:
    old = Database(sqlite3.connect(tmp_path / "ledger.db"))
    migrations.apply(old, stop_before="0054_roles")
    old.conn.execute("INSERT INTO users VALUES ('siti', 'hash', 'word', 1)")
    old.conn.commit()
    old.close()
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        [siti] = users.users(db)
    assert (siti.standing, siti.totp) == (ADMIN, None)


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing("agency-head"), "give --agency SLUG"),
        (Standing("auditor", "rsud"), "no other role"),
        (Standing("agency-staff", "nowhere"), "no such agency"),
    ],
)
def test_an_agency_belongs_to_the_roles_of_an_agency(
    db: Database, standing: Standing, why: str
) -> None:
    for attempt in (
        lambda: users.add(db, "budi", PASSWORD, NOW, standing),
        lambda: invites.invite(db, BY, "budi", standing),
    ):
        with pytest.raises(UserError, match=why):
            attempt()
    siti = users.add(db, "siti", PASSWORD, NOW)
    with pytest.raises(UserError, match=why):
        users.change_standing(db, "siti", standing)
    assert users.users(db) == [siti]


def test_another_role_ends_the_sessions_that_were_begun_with_the_old(db: Database) -> None:
    before = users.add(db, "siti", PASSWORD, NOW)
    users.change_standing(db, "siti", HEAD)
    assert users.of_session(db, before.session) is None
    after = users.log_in(db, "siti", PASSWORD)
    assert after is not None
    assert after.standing == HEAD


# ---------------------------------------------------------------- invitations


def test_an_invitation_works_once(db: Database) -> None:
    word = invites.invite(db, BY, "budi", HEAD)
    assert word not in str(db.conn.execute("SELECT * FROM invites").fetchall())
    budi = invites.use(db, BY, word, PASSWORD)
    assert (budi.name, budi.standing) == ("budi", HEAD)
    assert users.log_in(db, "budi", PASSWORD) == budi
    assert invites.of_word(db, word, NOW) is None
    with pytest.raises(UserError, match="was used"):
        invites.use(db, BY, word, "another long password")
    assert [entry.what for entry in journal.entries(db)] == ["user-invited", "invite-used"]


def test_an_invitation_that_fails_can_be_used_again(db: Database) -> None:
    word = invites.invite(db, BY, "budi", HEAD)
    with pytest.raises(UserError, match="12 to 256"):
        invites.use(db, BY, word, "short")
    assert invites.of_word(db, word, NOW) is not None
    assert users.names(db) == []


def test_an_invitation_is_valid_for_24_hours(db: Database) -> None:
    word = invites.invite(db, BY, "budi", HEAD)
    assert invites.of_word(db, word, NOW + 86_399) is not None
    assert invites.of_word(db, word, NOW + 86_400) is None
    with pytest.raises(UserError, match="too old"):
        invites.use(db, By("web:budi", (NOW + 86_400) * 1000), word, PASSWORD)


def test_a_second_invitation_ends_the_first(db: Database) -> None:
    first = invites.invite(db, BY, "budi", HEAD)
    second = invites.invite(db, BY, "budi", Standing("auditor"))
    assert invites.of_word(db, first, NOW) is None
    found = invites.of_word(db, second, NOW)
    assert found is not None
    assert found.role == "auditor"


def test_nobody_is_invited_under_the_name_of_another(db: Database) -> None:
    users.add(db, "siti", PASSWORD, NOW)
    with pytest.raises(UserError, match="is there already"):
        invites.invite(db, BY, "siti", ADMIN)


# ---------------------------------------------------------------- second step, logins


def test_a_second_step_is_set_up_once_and_reset(db: Database) -> None:
    siti = users.add(db, "siti", PASSWORD, NOW)
    secondstep.set_up(db, BY, siti, "locked", 7)
    with pytest.raises(UserError, match="changed meanwhile"):
        secondstep.set_up(db, BY, siti, "another", 8)
    assert [secondstep.spend(db, "siti", step) for step in (7, 8, 8, 6, 9)] == [
        False, True, False, False, True,
    ]  # fmt: skip
    secondstep.reset(db, BY, "siti")
    after = users.require(db, "siti")
    assert (after.totp, after.totp_step) == (None, 0)
    assert after.session != siti.session


def test_an_ended_login_is_remembered_as_long_as_its_cookie_could_hold(db: Database) -> None:
    logins.end(db, "a", NOW, 100)
    logins.end(db, "b", NOW + 100, 100)
    assert [logins.has_ended(db, login) for login in ("a", "b", "c")] == [False, True, False]


# ---------------------------------------------------------------- commands


def test_the_commands_invite_and_change_roles(db: Database, tmp_path: Path) -> None:
    said = command(tmp_path, "invite", "budi", "--role", "agency-head", "--agency", "rsud").output
    word = said.strip().removeprefix("/undangan/")
    found = invites.of_word(db, word, NOW)
    assert found is not None
    assert found.standing == HEAD
    invites.use(db, BY, word, PASSWORD)
    assert command(tmp_path, "list").output == "budi: agency-head rsud\n"
    changed = command(tmp_path, "role", "budi", "--role", "district-admin")
    assert changed.output == "budi: district-admin, open sessions have ended\n"
    assert command(tmp_path, "list").output == "budi: district-admin, no phone yet\n"


def test_the_command_resets_the_second_step(db: Database, tmp_path: Path) -> None:
    siti = users.add(db, "siti", PASSWORD, NOW)
    secondstep.set_up(db, BY, siti, "locked", 7)
    assert command(tmp_path, "list").output == "siti: district-admin, phone set up\n"
    assert command(tmp_path, "reset-totp", "siti").exit_code == 0
    assert command(tmp_path, "list").output == "siti: district-admin, no phone yet\n"
    assert command(tmp_path, "reset-totp", "budi").exit_code == 1
