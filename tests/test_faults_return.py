"""The whole fleet comes back after a month without a network, at once."""

import resource
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from collector.ledger import registry
from collector.ledger.counts import local_day
from collector.ledger.store import open_ledger
from kiosk import keys
from kiosk.config import BrokerSection
from tests.accounts import Account
from tests.brokers import Mosquitto
from tests.fleet import ZONE, signing_key
from tests.mounts import tmpfs
from tests.returningfleet import ReturningKiosk, bring_back
from tests.whole import Identity, Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

FILES = 16_384  # three for each outbox, and some for each connection
PATIENCE = 900.0


def allow_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most), most))


@contextmanager
def away(folder: Path, collector_key: str, count: int, account: Account) -> Iterator[list]:
    """So many kiosks with a month of votes, 20 to 600 of each, on a disk that costs no time."""
    with tmpfs(folder / "cards", "2g") as cards, ExitStack() as opened:
        kiosks = []
        for number in range(1, count + 1):
            key, name = signing_key(number), f"jauh-{number:03d}"
            kiosk = ReturningKiosk(cards, name, key, collector_key, account.dice)
            kiosks.append(opened.enter_context(closing(kiosk)))
            kiosk.vote(account.dice.randrange(20, 600))
        yield kiosks


def register(whole: Whole, kiosks: Sequence[ReturningKiosk]) -> None:
    with open_ledger(whole.folder / "collector" / "ledger.db") as db:
        for kiosk in kiosks:
            registry.add_kiosk(
                db, kiosk.name, kiosk.key.public, "disdukcapil-1",
                from_at=0, day=local_day(ZONE), now=0,
            )  # fmt: skip


def confirmed(kiosks: Sequence[ReturningKiosk]) -> list[Identity]:
    return [
        Identity(kiosk.outbox.checkpoint.epoch, vote.seq, vote.face, vote.time)
        for kiosk in kiosks
        for vote in kiosk.outbox.votes()
    ]


@pytest.mark.fault(22, how="real couriers on real sockets to one broker, all with a month of votes")
@pytest.mark.parametrize(
    ("count", "refusals"), [(10, 1), pytest.param(500, 10, marks=pytest.mark.long)]
)
def test_a_fleet_that_comes_back_at_once_is_heard_out(
    count: int, refusals: int, account: Account, tmp_path: Path
) -> None:
    allow_files()
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 0) as whole:
        key_file = tmp_path / "collector" / "collector.key"
        until("the collector's key", key_file.exists)
        collector_key = keys.load(key_file).public
        with away(tmp_path, collector_key, count, account) as kiosks:
            register(whole, kiosks)
            for kiosk in kiosks:
                kiosk.was_refused(refusals)
            took = bring_back(kiosks, BrokerSection(port=broker.port), PATIENCE)
            account.compare(confirmed(kiosks), whole.stored())
            assert whole.counted() == account.confirmed
            print(f"{account.confirmed} votes of {count} kiosks in {took:.0f} s")
            assert sum(kiosk.connections for kiosk in kiosks) < 2 * count
