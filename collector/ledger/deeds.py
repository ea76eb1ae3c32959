"""What somebody did, and its entry in the journal: both, or neither."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import journal
from collector.ledger.store import writing

_ODD: Final = re.compile(r"[^\w.@-]")
LONGEST: Final = 64


class By(NamedTuple):
    """Who does something, and when; nothing of a person but the name of the account."""

    who: str  # cli:<account> or web:<user>
    at_ms: int


def named(door: str, account: str) -> str:
    """`who` of an account, whatever its system allows in names."""
    return f"{door}:{_ODD.sub('_', account)[:LONGEST]}"


@contextmanager
def deed(db: Database, by: By, what: str, **detail: object) -> Iterator[dict[str, object]]:
    """One transaction of what is done inside and its entry; more detail may be put into the dict.

    Should what is done inside fail, nothing is noted.
    """
    with writing(db):
        yield detail
        journal.note(db, by.at_ms, by.who, what, **detail)


def tell(db: Database, by: By, what: str, **detail: object) -> None:
    """Note what left nothing else in the ledger."""
    with writing(db):
        journal.note(db, by.at_ms, by.who, what, **detail)


# ---------------------------------------------------------------- settings

_SETTINGS: Final = "settings-changed"

Settings = Mapping[str, object]  # section.name → value


def note_settings(
    db: Database, by: By, service: str, defaults: Settings, settings: Settings
) -> None:
    """Note what differs from what was noted last of this service; at first, from the defaults."""
    with writing(db):
        before = {**defaults, **_noted(db, service)}
        changed = {
            name: [before.get(name), value]
            for name, value in settings.items()
            if before.get(name) != value
        }
        if changed:
            journal.note(db, by.at_ms, by.who, _SETTINGS, service=service, changed=changed)


def _noted(db: Database, service: str) -> dict[str, object]:
    """The values that a service was last said to have, of the settings that ever changed."""
    details = [entry.told() for entry in journal.entries_about(db, _SETTINGS)]
    changes = [detail["changed"] for detail in details if detail["service"] == service]
    return {name: new for change in changes for name, (_, new) in change.items()}
