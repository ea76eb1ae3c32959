"""The demo's jobs: done once, one after the other, and noted for the page of admins."""

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from collector.demo.night import JOBS, Night
from collector.ledger import runs
from collector.ledger.store import open_ledger
from tests.backups import collector_with


def night_in(folder: Path) -> Night:
    return Night(["--data", str(folder)], folder / "night.log")


def put_key(folder: Path) -> None:
    """The key that signed the receipts of `collector_with`, where the collector looks for it."""
    seed = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
    pem = seed.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "collector.key").write_bytes(pem)


def test_every_job_is_done_once_and_noted(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=20):
        put_key(tmp_path)
    night, until = night_in(tmp_path), time.monotonic() + 60
    while not night.over:
        assert time.monotonic() < until
        night.step()
        time.sleep(0.02)
    db = open_ledger(tmp_path / "ledger.db")
    noted = runs.latest(db)
    db.close()
    said = (tmp_path / "night.log").read_text()
    assert len(noted) == len(JOBS), said
    assert [job for job, run in noted.items() if not run.ok] == [], said


def test_what_has_not_begun_when_the_demo_ends_stays_undone(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=20):
        pass
    night = night_in(tmp_path)
    night.step()
    night.stop()
    assert night.over
    night.step()
    assert night.over
