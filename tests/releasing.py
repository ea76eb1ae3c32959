"""A ledger with released figures: two months and a signed triwulan, with a remark and a plan."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path

from sqlite_utils import Database

from collector.index.periods import Days
from collector.index.plans import Plan
from collector.ledger import plans
from collector.ledger.deeds import By
from collector.ledger.releases import Release, published
from collector.ledger.store import open_ledger, writing
from collector.release.signing import propose, publish_due, reply, sign
from collector.release.timetable import Period
from tests.web import ZONE, fill

JULY = Period("month", Days(date(2019, 7, 1), date(2019, 8, 1)))
SECOND = Period("triwulan", Days(date(2019, 4, 1), date(2019, 7, 1)))
REMARK = "Loket pindah gedung pada bulan Mei."
PUBLISHED = {"month": date(2019, 8, 11), "triwulan": date(2019, 7, 19)}


def by(day: date) -> By:
    return By(
        "cli:sari", int(datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).timestamp()) * 1000
    )


def give_out(folder: Path) -> Path:
    """Everything that is due by 26 August 2019, each when it was due."""
    with closing(open_ledger(folder / "ledger.db")) as db:
        fill(db, days=150)
        for month in (5, 6, 7):
            day = date(2019, month, 11)
            publish_due(db, by(day), day)
        with writing(db):
            _plan(db)
        propose(db, by(date(2019, 7, 11)), SECOND, date(2019, 7, 11), "")
        reply(
            db, by(date(2019, 7, 12)), SECOND, agency="rsud", text=REMARK, today=date(2019, 7, 12)
        )
        sign(db, by(date(2019, 7, 19)), SECOND, date(2019, 7, 19))
        publish_due(db, by(date(2019, 8, 11)), date(2019, 8, 11))
    return folder


def _plan(db: Database) -> None:
    due = date(2019, 8, 9)
    told = ("waktu", "Antrean panjang", "Buka loket ketiga pada hari Senin", "Kepala Bidang")
    noted = date(2019, 7, 14)
    plans.add_version(db, 1, Plan("rsud", *told, noted, due, due), noted, by(noted).at_ms)
    late = date(2019, 7, 20)  # after the triwulan was signed
    told = ("biaya", "Tarif tidak jelas", "Pasang daftar tarif", "Kepala Seksi")
    plans.add_version(db, 2, Plan("rsud", *told, late, due, due), late, by(late).at_ms)


@contextmanager
def ledger(folder: Path) -> Iterator[Database]:
    with closing(open_ledger(folder / "ledger.db")) as db:
        yield db


def given(folder: Path, audience: str, period: Period) -> dict[str, Release]:
    """Place → what the audience was given; '' is the regency."""
    with ledger(folder) as db:
        return {row.place: row for row in published(db, audience, period.days)}
