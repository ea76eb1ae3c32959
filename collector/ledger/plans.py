"""Follow-up plans in the ledger: versions are added, and the last one counts."""

from collections import defaultdict
from datetime import date
from typing import Any, Final

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.index.plans import Plan


class UnknownPlan(CollectorError, LookupError):
    """No plan has this number."""


def next_number(db: Database) -> int:
    """For a new plan, inside of the transaction that adds it."""
    (last,) = db.conn.execute("SELECT COALESCE(MAX(plan), 0) FROM plans").fetchone()
    return int(last) + 1


def add_version(db: Database, number: int, plan: Plan, on: date, at_ms: int) -> None:
    """As it stands from now on, inside of a transaction of the caller's; `on` is today."""
    db.conn.execute(
        "INSERT INTO plans VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            plan.agency,
            plan.element,
            plan.cause,
            plan.action,
            plan.post,
            plan.due.isoformat(),
            plan.realised and plan.realised.isoformat(),
            plan.evidence,
            plan.withdrawn and plan.withdrawn.isoformat(),
            plan.why,
            on.isoformat(),
            at_ms,
        ),
    )


_COLUMNS: Final = (
    "plan, agency, element, cause, action, post, due, realised, evidence, withdrawn, why, noted_on"
)


def versions(db: Database, number: int) -> list[tuple[date, Plan]]:
    """(day on which it was noted, the plan as it stood then), oldest first.

    Raises UnknownPlan.
    """
    found = _all(db).get(number)
    if found is None:
        raise UnknownPlan(f"there is no plan {number}; 'plan list' names those that there are")
    return found


def plans(db: Database, agency: str | None = None, until_ms: int | None = None) -> dict[int, Plan]:
    """Number → plan as it stands, or as it stood at a moment, by due date; of one agency or all."""
    latest = {number: every[-1][1] for number, every in _all(db, until_ms).items()}
    chosen = [each for each in latest.items() if agency in (None, each[1].agency)]
    return dict(sorted(chosen, key=lambda each: (each[1].due, each[0])))


def _all(db: Database, until_ms: int | None = None) -> dict[int, list[tuple[date, Plan]]]:
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM plans WHERE ? IS NULL OR noted_ms <= ? ORDER BY plan, version",  # noqa: S608
        (until_ms, until_ms),
    )
    found: dict[int, list[tuple[date, Plan]]] = defaultdict(list)
    for number, *row in rows:
        before = found[number][0] if found[number] else None
        found[number].append(_version(before, *row))
    return dict(found)


def _version(first: tuple[date, Plan] | None, *row: Any) -> tuple[date, Plan]:
    """A row as it was noted; when it was entered and first due, its first version says."""
    agency, element, cause, action, post, due, realised, evidence, withdrawn, why, noted = row
    on, due_on = date.fromisoformat(noted), date.fromisoformat(due)
    entered, first_due = (first[0], first[1].due) if first else (on, due_on)
    return on, Plan(
        agency,
        element,
        cause,
        action,
        post,
        entered,
        first_due,
        due_on,
        realised and date.fromisoformat(realised),
        evidence,
        withdrawn and date.fromisoformat(withdrawn),
        why,
    )
