"""Who may see what, who is invited, and which logins have ended."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0054_roles")
def _roles(db: Database) -> None:
    """Whoever could look before there were roles saw everything, and goes on to."""
    for column in (
        "role TEXT NOT NULL DEFAULT 'district-admin'",
        "agency TEXT REFERENCES agencies (agency)"
        " CHECK ((role IN ('agency-head', 'agency-staff')) = (agency IS NOT NULL))",
        "totp TEXT",  # locked, the key lies beside the ledger; NULL: not set up
        "totp_step INTEGER NOT NULL DEFAULT 0",  # no code of this step or before is taken again
    ):
        db.conn.execute(f"ALTER TABLE users ADD COLUMN {column}")


@migrations(name="0055_invites")
def _invites(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE invites (
            word TEXT PRIMARY KEY,            -- SHA-256 of what the link ends with
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            agency TEXT REFERENCES agencies (agency),
            until INTEGER NOT NULL,           -- Unix second from which it opens nothing
            used_at INTEGER,
            CHECK ((role IN ('agency-head', 'agency-staff')) = (agency IS NOT NULL))
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE ended_logins (
            login TEXT PRIMARY KEY,
            until INTEGER NOT NULL            -- Unix second from which its cookie is too old anyway
        ) STRICT, WITHOUT ROWID
        """
    )
