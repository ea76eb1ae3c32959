"""What kiosks shall do: settings with a rising version, and commands that are obeyed once."""

from typing import Final, NamedTuple

import msgspec
from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger import fleet
from kiosk import wire

COMMAND_MS: Final = 10 * 60_000  # a command that is not obeyed by then is not meant any more

DEFAULTS: Final = wire.Settings(
    question="pelayanan",
    settle_ms=3000,
    brightness=100,
    night=100,
    utc_offset=0,
    hours=None,
    log_level="info",
    keep_days=90,
)


class NotReached(CollectorError, LookupError):
    """A command names a boot, so the kiosk must have reported in it."""


class Wanted(NamedTuple):
    """The settings that a kiosk shall have."""

    kiosk: str
    version: int
    settings: bytes  # JSON of wire.Settings


class Command(NamedTuple):
    id: str
    kiosk: str
    boot: str
    until_up: int
    action: wire.Action
    made_ms: int
    ends_ms: int
    answered_ms: int | None
    result: str | None
    checks: str | None


# ---------------------------------------------------------------- settings


def wanted(db: Database, kiosk: str) -> Wanted | None:
    """The latest settings for a kiosk; None if it was never told any."""
    row = db.conn.execute(
        "SELECT kiosk, version, settings FROM configs WHERE kiosk = ?"
        " ORDER BY version DESC LIMIT 1",
        (kiosk,),
    ).fetchone()
    return Wanted(row[0], row[1], row[2].encode()) if row else None


def all_wanted(db: Database) -> list[Wanted]:
    """Of every kiosk in use that was told any."""
    rows = db.conn.execute(
        "SELECT kiosk, MAX(version), settings FROM configs JOIN kiosks USING (kiosk)"
        " WHERE retired_at IS NULL GROUP BY kiosk"
    )
    return [Wanted(kiosk, version, settings.encode()) for kiosk, version, settings in rows]


def versions(db: Database) -> dict[str, int]:
    """Kiosk → the version of the settings that it shall have; those that were told none lack."""
    return dict(db.conn.execute("SELECT kiosk, MAX(version) FROM configs GROUP BY kiosk"))


def settings_for(db: Database, kiosk: str) -> wire.Settings:
    """What a kiosk was told last, or what a new one does by itself."""
    last = wanted(db, kiosk)
    return msgspec.json.decode(last.settings, type=wire.Settings) if last else DEFAULTS


def question_in(settings: str) -> str:
    """Of settings as the table has them."""
    return msgspec.json.decode(settings, type=wire.Settings).question


def want(db: Database, kiosk: str, settings: wire.Settings, made_ms: int) -> int:
    """The version under which `kiosk` shall have them. Inside of a transaction of the caller's."""
    last = wanted(db, kiosk)
    version = last.version + 1 if last else 1
    text = msgspec.json.encode(settings).decode()
    db.conn.execute("INSERT INTO configs VALUES (?, ?, ?, ?)", (kiosk, version, made_ms, text))
    return version


# ---------------------------------------------------------------- commands


def order(db: Database, kiosk: str, action: wire.Action, id_: str, now_ms: int) -> Command:
    """A command for the boot in which the kiosk last reported; raises NotReached.

    Inside of a transaction of the caller's.
    """
    health = fleet.latest_health(db, kiosk)
    if health is None:
        raise NotReached(f"{kiosk} has never reported: a command would not know its boot")
    up = health.said.sent.up + max(0, now_ms - health.received_ms)
    row = (id_, kiosk, health.said.sent.boot, up + COMMAND_MS, action, now_ms, now_ms + COMMAND_MS)
    db.conn.execute(
        "INSERT INTO commands (id, kiosk, boot, until_up, action, made_ms, ends_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    return Command(*row, None, None, None)


def open_commands(db: Database, now_ms: int) -> list[Command]:
    """Those that wait for an answer, and may still get one."""
    rows = db.conn.execute(
        "SELECT * FROM commands WHERE answered_ms IS NULL AND ends_ms > ? ORDER BY made_ms",
        (now_ms,),
    )
    return [Command(*row) for row in rows]


def command(db: Database, id_: str) -> Command | None:
    row = db.conn.execute("SELECT * FROM commands WHERE id = ?", (id_,)).fetchone()
    return Command(*row) if row else None


def answered(db: Database, kiosk: str, answer: wire.Answer, received_ms: int) -> None:
    """Keep the first answer of the kiosk that was asked."""
    checks = msgspec.json.encode(answer.checks).decode()
    db.conn.execute(
        "UPDATE commands SET answered_ms = ?, result = ?, checks = ?"
        " WHERE id = ? AND kiosk = ? AND answered_ms IS NULL",
        (received_ms, answer.result, checks, answer.id, kiosk),
    )
