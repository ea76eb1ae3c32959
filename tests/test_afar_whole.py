"""Settings and commands from afar, through real processes and a real broker."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from collector.ledger import fleet
from collector.ledger.store import read_ledger
from tests.brokers import Mosquitto, Nats
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PRESSING = ("--every", "0.5", "--for", "600")


def questions(whole: Whole, name: str) -> set[str]:
    votes = whole.outbox(name)["votes"]
    assert isinstance(votes, list)
    return {vote["question"] for vote in votes}


def has_reported(whole: Whole, name: str) -> bool:
    """A report follows a connection within seconds; only then may a command be given."""
    with closing(read_ledger(whole.folder / "collector" / "ledger.db")) as db:
        return fleet.latest_health(db, name) is not None


@pytest.mark.parametrize("kind", [Mosquitto, Nats])
def test_a_kiosk_does_as_it_is_told(kind: type[Mosquitto | Nats], tmp_path: Path) -> None:
    with kind(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        whole.start_kiosk(name, *PRESSING)
        until("votes", lambda: len(whole.stored()) > 1)

        whole.collector("kiosk", "config", name, "--question", "waktu", "--settle-ms", "600")
        until("the new question", lambda: "waktu" in questions(whole, name))

        until("its first report", lambda: has_reported(whole, name))
        assert f"{name}: identify done" in whole.collector("kiosk", "command", name, "identify")
        until("the lamps", lambda: whole.shown(name, "identify") == 1)

        # The clock of a simulated kiosk is right and this machine's disk works.
        tested = whole.collector("kiosk", "command", name, "self-test")
        assert f"{name}: self-test done" in tested
        assert "disk: a row takes" in tested

        restarted = whole.collector("kiosk", "command", name, "restart")
        assert f"{name}: restart done" in restarted
        assert whole.kiosk_ended(name, 60) == 0, whole.log(name)

        # It still knows what it was told, and is not restarted by the same command again.
        whole.start_kiosk(name, *PRESSING)
        before = len(whole.stored())
        until("votes after the restart", lambda: len(whole.stored()) > before + 2)
        whole.stop_kiosk(name)
        assert json.loads(whole.collector("kiosk", "list", "--json"))[0]["kiosk"] == name
