"""An index costs the same at a million votes and at a hundred million: only counts are read."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bench import index_cost
from collector.ledger import reading
from collector.ledger.store import read_snapshot


def steps(db: Database) -> int:
    """Thousands of steps of SQLite's machine, which no load of this machine changes."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    db.conn.set_progress_handler(step, 1000)
    services = {f"opd-{n:02}": "all" for n in range(index_cost.AGENCIES)}
    assert len(reading.by_agency(db, index_cost.YEAR)) == index_cost.AGENCIES
    assert len(reading.dispersion(db, index_cost.YEAR, services)) == index_cost.AGENCIES
    assert reading.uncertain(db, index_cost.YEAR)
    db.conn.set_progress_handler(None, 0)
    return taken


def test_the_cost_does_not_grow_with_the_votes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_cost, "AGENCIES", 4)
    found = []
    for votes in index_cost.VOTES:
        folder = tmp_path / str(votes)
        folder.mkdir()
        index_cost.make(folder / "ledger.db", votes)
        with closing(read_snapshot(folder / "ledger.db")) as db:
            total = sum(
                sum(tally.values()) for tally in reading.by_agency(db, index_cost.YEAR).values()
            )
            assert 0.8 * votes < total < 1.25 * votes
            found.append(steps(db))
    few, many = found
    assert few > 20
    assert many <= 1.02 * few
