"""A ledger with some agencies' votes, and clients that read its pages.

The votes are counts, put in as ingest puts them in; a seed repeats them. Now is always Monday,
26 August 2019, 14.05 WITA.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.config import CollectorSection, Config, WebSection
from collector.ledger import fleet, places, registry, runs, users
from collector.ledger.counts import Tally, local_day
from collector.ledger.placements import Placement
from collector.ledger.places import Agency
from collector.ledger.runs import Job, Run
from collector.ledger.store import open_ledger, writing
from collector.web.app import create_app
from kiosk import wire

ZONE = ZoneInfo("Asia/Makassar")
NOW = datetime(2019, 8, 26, 14, 5, 10, tzinfo=ZONE)
TODAY = NOW.date()
NAME, PASSWORD = "siti", "kerupuk haruan renyah"
WICKED = '<script>alert("x")</script> & "Dinas" Uji'


class Place(NamedTuple):
    """An agency with one counter, and how its public votes."""

    slug: str
    name: str
    service: str
    rate: float  # votes an hour
    smile: float
    change: float = 0.0  # of `smile`, in the latest 30 days


PLACES = (
    Place("disdukcapil", "Dinas Kependudukan dan Pencatatan Sipil", "Loket umum", 6, 0.86),
    Place("dpmptsp", "Dinas Penanaman Modal dan PTSP", "Loket umum", 3, 0.84, -0.25),
    Place("disnakertrans", "Dinas Tenaga Kerja dan Transmigrasi", "Loket umum", 0.02, 0.8),
    Place("rsud", "RSUD Ratu Zalecha", "Rumah sakit", 5, 0.55),
    Place("kec-gambut", "Kecamatan Gambut", "Kecamatan", 1.5, 0.6, 0.25),
    Place("kec-martapura", "Kecamatan Martapura", "Kecamatan", 2, 0.75),
    Place("kec-aranio", "Kecamatan Aranio", "Kecamatan", 0, 0.75),
    Place("uji", WICKED, "Lain-lain", 1.5, 0.7),
)


def config_in(folder: Path, *, second_step: bool = False) -> Config:
    """Without the second step, unless it is what a test is about."""
    web = WebSection(second_step=second_step)
    return Config(collector=CollectorSection(data_dir=str(folder)), web=web)


def fill(db: Database, shown: Iterable[Place] = PLACES, days: int = 150, seed: int = 1) -> None:
    """Agencies and `days` days of votes until yesterday; and some votes of today."""
    with writing(db):
        for place in shown:
            _put(db, place)
            _vote(db, place, days, Random(f"{seed} {place.slug}"))


def _put(db: Database, place: Place) -> None:
    slug, name, service = place.slug, place.name, place.service
    places.put_agencies(db, [Agency(slug, name, slug, service, "a test", verified=True)])
    places.put_units(db, [places.Unit(f"{slug}-kantor", slug, "Kantor pelayanan")])
    places.put_counters(db, [places.Counter(f"{slug}-1", f"{slug}-kantor", "Loket 1")])


def _vote(db: Database, place: Place, days: int, random: Random) -> None:
    tally = Tally(local_day(ZONE))
    tally.add(_groups(place, days, random), [Placement(0, None, f"{place.slug}-1")])
    tally.write(db)


def _groups(place: Place, days: int, random: Random) -> dict[Any, int]:
    groups: dict[Any, int] = {}
    for hour in _hours(days):
        smile = place.smile + (place.change if TODAY - hour.date() <= timedelta(days=30) else 0)
        if hour.hour == 12:
            smile -= 0.15
        faces = random.choices(
            ("smile", "neutral", "frown"),
            (smile, (1 - smile) / 2, (1 - smile) / 2),
            k=_poisson(place.rate * (1.4 if hour.weekday() == 0 else 1), random),
        )
        at = int(hour.timestamp())
        for face in faces:
            key = ("A", at, at + 900, "pelayanan", face)
            groups[key] = groups.get(key, 0) + 1
    return groups


def _hours(days: int) -> Iterator[datetime]:
    """The service hours of working days, today's until now."""
    for before in range(days, -1, -1):
        day = TODAY - timedelta(days=before)
        if day.weekday() < 5:
            hours = (datetime(day.year, day.month, day.day, h, tzinfo=ZONE) for h in range(8, 16))
            yield from (hour for hour in hours if hour < NOW)


def _poisson(mean: float, random: Random) -> int:
    n, at = 0, random.expovariate(1)
    while at < mean:
        n, at = n + 1, at + random.expovariate(1)
    return n


def vague(db: Database, slug: str, quality: str, *, first: date, last: date, n: int) -> None:
    """`n` smiles dated to within some days (C), or received on `last` without a date (D)."""
    lo = int(datetime(first.year, first.month, first.day, tzinfo=ZONE).timestamp())
    hi = int(datetime(last.year, last.month, last.day, tzinfo=ZONE).timestamp()) + 86400
    tally = Tally(local_day(ZONE))
    group: Any = (quality, None if quality == "D" else lo, hi, "pelayanan", "smile")
    tally.add({group: n}, [Placement(0, None, f"{slug}-1")])
    with writing(db):
        tally.write(db)


def put_kiosk(db: Database, kiosk: str, counter: str) -> None:
    registry.add_kiosk(
        db,
        kiosk,
        wire.genesis(kiosk, "00" * 32),  # any 64 hex digits serve as its key here
        counter,
        from_at=0,
        day=local_day(ZONE),
        now=1,
    )


def report(db: Database, kiosk: str, age: float, **said: Any) -> None:
    """Health of `kiosk`, received `age` seconds ago; `said` changes what it says."""
    (epoch,) = next(each.epochs for each in registry.kiosks(db) if each.kiosk == kiosk)
    received = int((NOW.timestamp() - age) * 1000)
    moment = wire.Moment("0" * 32, received, received, said.pop("clock", "synced"))
    health = {
        "v": 1,
        "epoch": epoch.epoch,
        "seq": 0,
        "head": "0" * 64,
        "nonce": "0" * 32,
        "sent": moment,
        "firmware": "0.1.0",
        "counters": wire.Counters(0, 0, 0, 0, 0, 0, said.pop("refused", 0)),
        "queue": 0,
        "stuck": (),
        "disk_free": 5_000_000_000,
        "temperature": 48_250,
    }
    with writing(db):
        fleet.save_health(db, epoch.e, kiosk, wire.Health(**{**health, **said}), received)


def fill_fleet(db: Database) -> None:
    for number, place in enumerate(PLACES[:6]):
        put_kiosk(db, f"{place.slug}-01", f"{place.slug}-1")
        if number < 5:
            report(db, f"{place.slug}-01", age=[20, 44, 400, 90_000, 31][number])
    report(db, "rsud-01", age=86_000, clock="unsynced", queue=143, stuck=("frown",), refused=2)


def fill_runs(db: Database) -> None:
    """Most of what runs by itself went well; the drill failed, and nobody has audited yet."""
    hours: dict[Job, int] = {"backup": 11, "witness": 13, "erase": 12}
    with writing(db):
        for job, ago in hours.items():
            runs.record(db, Run(job, _hours_ago_ms(ago), ok=True, took_ms=12_300, said="well"))
        said = "/var/backups/senyum/ledger-20190825T181500Z.db: its bytes are not those written"
        for ago, ok in ((200, True), (35, False)):
            runs.record(db, Run("drill", _hours_ago_ms(ago), ok, took_ms=48_000, said=said))


def _hours_ago_ms(hours: int) -> int:
    return round((NOW.timestamp() - hours * 3600) * 1000)


def make_ledger(folder: Path) -> Path:
    """The usual ledger in `folder`, with one user."""
    db = open_ledger(folder / "ledger.db")
    fill(db)
    fill_fleet(db)
    fill_runs(db)
    vague(db, "rsud", "C", first=date(2019, 8, 5), last=date(2019, 8, 7), n=12)
    vague(db, "rsud", "D", first=date(2019, 8, 7), last=date(2019, 8, 7), n=3)
    users.add(db, NAME, PASSWORD, at=1)
    db.close()
    return folder


def app_in(folder: Path, now: datetime = NOW, *, second_step: bool = False) -> Flask:
    app = create_app(config_in(folder, second_step=second_step), clock=now.timestamp)
    app.testing = True
    return app


def log_in(
    client: FlaskClient, name: str = NAME, password: str = PASSWORD, to: Any = "/masuk"
) -> Any:
    """POST the login form as a browser does: with the token of the page."""
    path, query = to if isinstance(to, tuple) else (to, None)
    form = {"name": name, "password": password, "csrf_token": token_in(client.get("/masuk").text)}
    return client.post(path, query_string=query, data=form)


def token_in(page: str) -> str:
    """The token of the page's first form."""
    match = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert match, "there is no form with a token"
    return match[1]
