"""A ledger from before the days of units gets them at its upgrade."""

from pathlib import Path

from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.store import open_ledger, writing

ROWS = [
    ("a-1", "2026-08-03", "2026-08-03", "pelayanan", "smile", "A", 5),
    ("a-2", "2026-08-03", "2026-08-03", "pelayanan", "smile", "B", 2),
    ("a-2", "2026-08-03", "2026-08-05", "pelayanan", "smile", "C", 9),
    ("a-1", "", "2026-08-03", "pelayanan", "smile", "D", 9),
    ("", "2026-08-03", "2026-08-03", "pelayanan", "smile", "A", 9),  # a kiosk without a place
]
EXPECTED = [("kantor", "2026-08-03", "pelayanan", "smile", 7)]


def test_the_days_of_units_are_filled_at_the_upgrade(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with open_ledger(file) as db, writing(db):
        put_agencies(db, [Agency("a", "A", "A", "Loket", "test", True)])
        put_units(db, [Unit("kantor", "a", "Kantor")])
        put_counters(db, [Counter(name, "kantor", "Loket") for name in ("a-1", "a-2")])
        for event in ("insert", "update", "delete"):
            db.conn.execute(f"DROP TRIGGER counts_day_unit_{event}")
        db.conn.execute("DROP TABLE counts_unit_day")
        db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = '0051_unit_days'")
        db.conn.executemany("INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS)
    with open_ledger(file) as db:
        assert db.conn.execute("SELECT * FROM counts_unit_day").fetchall() == EXPECTED
        with writing(db):
            db.conn.execute("UPDATE counts_day SET n = n + 1")
        assert db.conn.execute("SELECT n FROM counts_unit_day").fetchall() == [(9,)]
