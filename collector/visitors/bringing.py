"""A file of counts into the ledger: what is new or has changed, with its entry, or nothing."""

from datetime import date
from hashlib import sha256
from pathlib import Path

from sqlite_utils import Database

from collector.ledger.deeds import By, deed
from collector.ledger.places import agencies, belonging
from collector.ledger.visitors import add_counts, counted_by
from collector.tables.agencynames import agency_names
from collector.tables.table import read_table
from collector.visitors.reading import COLUMNS, Places, counts_in


def bring_in(db: Database, file: Path, today: date, by: By) -> tuple[int, int]:
    """How many counts are in the file, and how many of them are new or changed.

    Raises FileError with the first faults.
    """
    units = {unit: agency for _counter, unit, agency in belonging(db)}
    places = Places(agency_names(agencies(db)), units, counted_by(db))
    found = counts_in(read_table(file, COLUMNS), places, today)
    digest = sha256(file.read_bytes()).hexdigest()
    with deed(db, by, "visitors-imported", file=digest) as told:
        added = told["counts"] = add_counts(db, found, by.at_ms)
    return len(found), added
