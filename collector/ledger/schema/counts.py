"""What is derived from votes and placements."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0004_counts")
def _counts(db: Database) -> None:
    # counter '' holds votes of a kiosk that had no place at the time.
    db.conn.execute(
        """
        CREATE TABLE counts_quarter (         -- derived: quality A and B
            counter TEXT NOT NULL,
            quarter INTEGER NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            quality TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (counter, quarter, question, face, quality)
        ) STRICT, WITHOUT ROWID
        """
    )
    # A vote dated to within some days counts in each period that holds them all.
    db.conn.execute(
        """
        CREATE TABLE counts_day (             -- derived: every counted vote; D: first_day ''
            counter TEXT NOT NULL,
            first_day TEXT NOT NULL,
            last_day TEXT NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            quality TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (counter, first_day, last_day, question, face, quality)
        ) STRICT, WITHOUT ROWID
        """
    )


@migrations(name="0007_months")
def _months(db: Database) -> None:
    """Sums of counts_day, so that a year of all agencies is read in milliseconds.

    Triggers keep them: whoever writes counts_day keeps the months, and cannot forget to. Of a row
    there only n is ever updated.
    """
    db.conn.execute(
        """
        CREATE TABLE counts_month (           -- derived from counts_day
            counter TEXT NOT NULL,
            first_month TEXT NOT NULL,        -- YYYY-MM of first_day; D: ''
            last_month TEXT NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (counter, first_month, last_month, question, face)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        "INSERT INTO counts_month SELECT counter, SUBSTR(first_day, 1, 7), SUBSTR(last_day, 1, 7),"
        " question, face, SUM(n) FROM counts_day GROUP BY 1, 2, 3, 4, 5"
    )
    for event, change in _MONTH_FOLLOWS.items():
        db.conn.execute(
            f"CREATE TRIGGER counts_day_{event.lower()} AFTER {event} ON counts_day"
            f" BEGIN {change} END"
        )
    # The few votes that are dated only to within some days, for periods that cut a month.
    db.conn.execute(
        "CREATE INDEX counts_day_vague ON counts_day (counter, first_day) WHERE quality = 'C'"
    )


@migrations(name="0051_unit_days")
def _unit_days(db: Database) -> None:
    """Sums of counts_day by unit, so that phi of all agencies is read in milliseconds.

    Kept by triggers, as the months are. A counter stays with its unit once it has votes, so no row
    ever moves. Votes that are not dated to one day are not here.
    """
    db.conn.execute(
        """
        CREATE TABLE counts_unit_day (        -- derived from counts_day
            unit TEXT NOT NULL,
            day TEXT NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (unit, day, question, face)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(UNIT_DAYS.format(into="counts_unit_day", days="counts_day"))
    for event, (row, change) in _UNIT_DAY_FOLLOWS.items():
        db.conn.execute(
            f"CREATE TRIGGER counts_day_unit_{event.lower()} AFTER {event} ON counts_day"
            f" WHEN {row}.first_day = {row}.last_day BEGIN {change} END"
        )


# Anew, from all days: for the migration, and for whoever compares.
UNIT_DAYS: Final = (
    "INSERT INTO {into} SELECT unit, first_day, question, face, SUM(n) FROM {days}"
    " JOIN counters USING (counter) WHERE first_day = last_day GROUP BY 1, 2, 3, 4"
)
_UNIT_GAIN: Final = (
    "INSERT INTO counts_unit_day SELECT unit, {row}.first_day, {row}.question, {row}.face, {n}"
    " FROM counters WHERE counter = {row}.counter"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n;"
)
_NO_EMPTY_UNIT_DAY: Final = (
    "DELETE FROM counts_unit_day WHERE n = 0 AND (unit, day, question, face)"
    " = ((SELECT unit FROM counters WHERE counter = OLD.counter), OLD.first_day, OLD.question,"
    " OLD.face);"
)
_UNIT_DAY_FOLLOWS: Final = {
    "INSERT": ("NEW", _UNIT_GAIN.format(row="NEW", n="NEW.n")),
    "UPDATE": ("OLD", _UNIT_GAIN.format(row="OLD", n="NEW.n - OLD.n")),
    "DELETE": ("OLD", _UNIT_GAIN.format(row="OLD", n="-OLD.n") + _NO_EMPTY_UNIT_DAY),
}


_GAIN: Final = (
    "INSERT INTO counts_month VALUES ({row}.counter, SUBSTR({row}.first_day, 1, 7),"
    " SUBSTR({row}.last_day, 1, 7), {row}.question, {row}.face, {n})"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n;"
)
_NO_EMPTY_MONTH: Final = (
    "DELETE FROM counts_month WHERE n = 0 AND (counter, first_month, last_month, question, face)"
    " = (OLD.counter, SUBSTR(OLD.first_day, 1, 7), SUBSTR(OLD.last_day, 1, 7), OLD.question,"
    " OLD.face);"
)
_MONTH_FOLLOWS: Final = {
    "INSERT": _GAIN.format(row="NEW", n="NEW.n"),
    "UPDATE": _GAIN.format(row="OLD", n="NEW.n - OLD.n"),
    "DELETE": _GAIN.format(row="OLD", n="-OLD.n") + _NO_EMPTY_MONTH,
}
