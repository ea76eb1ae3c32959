"""A kiosk that never sees a network in 2,000 presses, and then does."""

from pathlib import Path

import pytest

from kiosk import config
from kiosk.app_panel import open_kiosk
from kiosk.crash import never
from kiosk.simulate import mock_pins, mover
from tests.bench import HandClock
from tests.brokers import Nats
from tests.whole import Whole

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PRESSES = 2000
FACES = ("smile", "neutral", "frown", "smile", "frown")
HOLD_MS = 130
BETWEEN_MS = 4000


def press_without_network(settings: config.Config) -> list[str]:
    """The real firmware, its time moved by hand; the faces in the order of the presses."""
    clock = HandClock()
    pressed = [FACES[number % len(FACES)] for number in range(PRESSES)]
    with mock_pins() as pins, open_kiosk(settings, pins, clock, never) as kiosk:
        move = mover(settings.pins, pins)
        kiosk.panel.step(0)
        for face in pressed:
            for down, lasting in ((True, HOLD_MS), (False, BETWEEN_MS)):
                move(face, down)
                kiosk.panel.step(0)
                clock.ms += lasting
                kiosk.panel.step(0)
        assert kiosk.outbox.queue == PRESSES
    return pressed


@pytest.mark.fault(22, how="2,000 presses without a network, then one")
def test_all_presses_arrive_later_in_order_and_once(tmp_path: Path) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        broker.kill()
        pressed = press_without_network(config.load(tmp_path / f"{name}.toml"))
        broker.start()
        whole.wait_until_quiet()
        stored = whole.stored()
        assert set(stored) == whole.confirmed()
        assert [vote.seq for vote in stored] == list(range(1, PRESSES + 1))
        assert [vote.face for vote in stored] == pressed
