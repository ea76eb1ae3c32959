"""A disk that cannot do what it is told: no light, no receipt; what was confirmed stays."""

from pathlib import Path

import pytest

from tests.accounts import Account
from tests.brokers import Mosquitto
from tests.failingdisk import failing
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PRESSING = ("--every", "0.2", "--for", "600")
KIOSK_SHARE = 0.125
COLLECTOR_SHARE = 0.2  # it syncs more rarely


@pytest.mark.fault(18, how="libfiu: one in eight fsyncs of the kiosk says EIO")
def test_a_kiosk_confirms_nothing_that_its_disk_refused(account: Account, tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        whole.start_kiosk(name, *PRESSING, **failing(KIOSK_SHARE))

        def shown(signal: str) -> int:
            if not whole.is_running(name):  # one that cannot open its outbox ends; systemd waits
                whole.start_kiosk(name, *PRESSING, **failing(KIOSK_SHARE))
            return whole.shown(name, signal)

        until("refusals", lambda: shown("cannot_store") >= 3, 120)
        then = shown("counted")
        until("lights after them", lambda: shown("counted") >= then + 5, 120)
        whole.kill_kiosk(name)
        account.settle(whole)


@pytest.mark.long
@pytest.mark.fault(18, how="libfiu: one in five fsyncs of the collector says EIO")
def test_a_collector_receipts_nothing_that_its_disk_refused(
    account: Account, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 2) as whole:
        whole.kill_collector()
        whole.start_collector(**failing(COLLECTOR_SHARE))
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        until("a refusal", lambda: "cannot_commit" in whole.log("collector"), 120)
        then = len(whole.stored())
        until("votes after it", lambda: len(whole.stored()) > then + 5, 120)
        for name in whole.names:
            whole.kill_kiosk(name)
        whole.kill_collector()
        whole.start_collector()
        account.settle(whole)
