"""What the tables refuse, whoever asks: triggers lie in the file and hold on every connection.

They stop mistakes. Who has the file can drop them: only a witnessed head proves tampering.
"""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations

FINE_DAYS: Final = 30

_NEVER: Final = "a stored vote is never changed or removed"
_KEPT: Final = "what proves the votes is never changed or removed"
_NOTED: Final = "what was noted is never changed or removed"
_EPOCH: Final = "an epoch keeps its kiosk and its key, and never goes back"


@migrations(name="0010_refusing")
def _refusing(db: Database) -> None:
    refuse(db, "votes_no_replace", _REPLACED_VOTE, _NEVER)
    for table in ("checkpoints", "flags"):
        refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
        refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
    refuse(db, "checkpoints_no_replace", _REPLACED_CHECKPOINT, _KEPT)
    refuse_fine(db)
    for table, column in (("journal", "n"), ("runs", "id")):
        refuse(db, f"{table}_no_replace", _replaced(table, column), _NOTED)
    refuse(db, "epochs_no_change", _CHANGED_EPOCH, _EPOCH)
    refuse(db, "epochs_no_way_back", _BACK, _EPOCH)
    refuse(db, "epochs_no_delete", "BEFORE DELETE ON epochs", _EPOCH)
    refuse(db, "epochs_no_replace", _REPLACED_EPOCH, _EPOCH)


def refuse(db: Database, name: str, when: str, why: str) -> None:
    """A trigger: `when` is the part after its name, `why` what the caller is told."""
    db.conn.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def refuse_fine(db: Database) -> None:
    refuse(db, "fine_no_update", "BEFORE UPDATE ON fine", _NEVER)
    refuse(db, "fine_no_delete", _YOUNG, f"the time of a vote is kept for {FINE_DAYS} days")


def _replaced(table: str, column: str) -> str:
    """REPLACE fires no trigger for what it removes, so the row that comes is looked at."""
    return (
        f"BEFORE INSERT ON {table}"  # noqa: S608
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {column} = NEW.{column})"
    )


# Votes are stored behind the head of their epoch, which moves afterwards: so the little table of
# epochs tells a vote that would replace one. To look into the votes costs more, and so does to
# look before the insert, which has to lay out the whole row for the trigger first.
_REPLACED_VOTE: Final = (
    "AFTER INSERT ON votes WHEN NEW.seq <= (SELECT seq FROM epochs WHERE e = NEW.e)"
)
_REPLACED_CHECKPOINT: Final = (
    "BEFORE INSERT ON checkpoints"
    " WHEN EXISTS (SELECT 1 FROM checkpoints WHERE (e, seq) = (NEW.e, NEW.seq))"
)
# A press was certainly before `hi`. REPLACE is not looked for here: a time that is not the one
# that the vote commits to is found by every audit.
_YOUNG: Final = (
    "BEFORE DELETE ON fine WHEN EXISTS"  # noqa: S608
    " (SELECT 1 FROM votes WHERE (e, seq) = (OLD.e, OLD.seq)"
    f" AND hi > UNIXEPOCH() - {FINE_DAYS * 86_400})"
)
_CHANGED_EPOCH: Final = "BEFORE UPDATE OF e, epoch, kiosk, key, added_at ON epochs"
_BACK: Final = "BEFORE UPDATE OF seq ON epochs WHEN NEW.seq < OLD.seq"
_REPLACED_EPOCH: Final = (
    "BEFORE INSERT ON epochs"
    " WHEN EXISTS (SELECT 1 FROM epochs WHERE e = NEW.e OR epoch = NEW.epoch)"
)
