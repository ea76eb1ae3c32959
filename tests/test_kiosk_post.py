"""The panel's post, with the real outbox, courier and letters (tests/boxes.py)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import wire
from kiosk.letters import Sealed
from kiosk.link import Signal
from kiosk.outbox import Outbox, OutboxError
from tests.boxes import Box
from tests.fleet import COLLECTOR_KEY, START_MS

DAY = 86_400_000


class Desk:
    """A kiosk with ten votes, and a collector that says what a test wants."""

    def __init__(self, folder: Path) -> None:
        self.ms = START_MS
        self.box = Box("dukcapil-01", folder, lambda: self.ms, seed=1)
        for _ in range(10):
            self.push("smile")
        self.box.connect()
        self.nonce = self.hello_in(self.box.run())

    def push(self, face: str) -> None:
        for down in (True, False):
            self.box.touch(face, down=down)
            self.ms += 200
        self.box.judge()
        self.ms += 4000

    def hello_in(self, sent: list[Sealed]) -> str:
        (message,) = [wire.unseal(*each).message for each in sent if each[0].endswith("/hello")]
        assert isinstance(message, wire.Hello)
        return message.nonce

    def receipt(self, through: int, head: str | None = None) -> Sealed:
        self.ms += 1
        head = head or self.box.outbox.head_at(through)
        assert head is not None
        receipt = wire.Receipt(
            v=1,
            epoch=self.box.epoch,
            status="ok",
            through=through,
            head=head,
            nonce=self.nonce,
            time=self.ms,
        )
        return wire.seal(self.box.name, receipt, COLLECTOR_KEY.sign)

    def hear(self, *receipts: Sealed) -> None:
        """All in one turn."""
        for receipt in receipts:
            self.box.hear(receipt)
        self.box.run()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.box.outbox.close()


def test_a_receipt_for_votes_that_have_just_been_forgotten_marks_nothing(desk: Desk) -> None:
    desk.hear(desk.receipt(8))
    desk.ms += 91 * DAY
    desk.hear(desk.receipt(10), desk.receipt(3))
    assert desk.box.outbox.oldest == 9
    assert desk.box.outbox.through == 10


HOUR = 3_600_000


def health_of(desk: Desk) -> wire.Health:
    desk.ms += 120_000
    (said,) = [
        message
        for topic, payload in desk.box.run()
        if isinstance(message := wire.unseal(topic, payload).message, wire.Health)
    ]
    return said


def test_health_tells_the_wifi_that_the_uplink_told_until_that_is_gone(desk: Desk) -> None:
    assert health_of(desk).wifi is None
    desk.box.socket.line.deliver(Signal(-67))
    assert health_of(desk).wifi == -67
    desk.box.disconnect()
    desk.box.connect()
    desk.box.run()
    assert health_of(desk).wifi is None


def test_health_tells_how_long_the_oldest_vote_without_a_receipt_waits(desk: Desk) -> None:
    desk.ms += 5 * HOUR
    assert health_of(desk).waiting == 5
    desk.nonce = desk.box.courier._talk.nonce  # type: ignore[union-attr]
    desk.hear(desk.receipt(10))
    assert health_of(desk).waiting is None, "nothing waits: that is not 0 hours"


def test_a_disk_that_does_not_answer_keeps_no_kiosk_from_telling_its_health(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: Outbox) -> None:
        raise OutboxError("the disk does not answer")

    monkeypatch.setattr(Outbox, "oldest_waiting", property(fails))
    assert health_of(desk).waiting is None


def test_a_branch_that_has_just_been_forgotten_is_not_shown(desk: Desk) -> None:
    desk.hear(desk.receipt(8))
    desk.ms += 91 * DAY
    desk.hear(desk.receipt(10), desk.receipt(3, head="ab" * 32))
    assert desk.box.outbox.oldest == 9
    assert desk.box.courier.standing == "fork"
