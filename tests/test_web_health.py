"""For monitors: is the ledger readable, do kiosks report, and nothing of votes."""

from pathlib import Path

from collector.ledger.store import open_ledger, writing
from tests.web import NOW, PLACES, app_in, fill, put_kiosk, report


def test_health_needs_no_login_and_says_nothing_of_votes(tmp_path: Path) -> None:
    db = open_ledger(tmp_path / "ledger.db")
    fill(db, PLACES[:1], days=1)
    client = app_in(tmp_path).test_client()
    quiet = {"ok": True, "ledger": "readable", "heartbeat_age_s": None}
    assert client.get("/health").get_json() == quiet
    put_kiosk(db, "disdukcapil-01", "disdukcapil-1")
    report(db, "disdukcapil-01", age=42)
    assert client.get("/health").get_json() == {**quiet, "heartbeat_age_s": 42}
    with writing(db):  # a vote arrives: nothing to be seen from outside
        db.conn.execute("UPDATE epochs SET received_ms = ?", (int(NOW.timestamp() * 1000),))
    assert client.get("/health").get_json() == {**quiet, "heartbeat_age_s": 42}
    db.close()


def test_a_ledger_that_is_missing_or_damaged_is_not_ok(tmp_path: Path) -> None:
    client = app_in(tmp_path).test_client()
    bad = {"ok": False, "ledger": "unreadable", "heartbeat_age_s": None}
    for make in (lambda: None, lambda: (tmp_path / "ledger.db").write_bytes(b"no database" * 500)):
        make()
        answer = client.get("/health")
        assert (answer.status_code, answer.get_json()) == (503, bad)
