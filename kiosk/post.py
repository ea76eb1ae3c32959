"""The panel's post: what the courier wants sent goes to the uplink, what arrives is checked."""

import logging
from collections.abc import Callable
from typing import Literal

from kiosk import wire
from kiosk.clock import Clock
from kiosk.courier import Action, Courier, Mark, SendHealth, SendHello, SendVotes
from kiosk.crash import Crash
from kiosk.letters import Letters, Sealed
from kiosk.link import (
    Arrived,
    Down,
    LinkClosed,
    Listener,
    PanelEnd,
    Publish,
    Ready,
    Signal,
    ToPanel,
    Up,
    Will,
)
from kiosk.orders import Orders
from kiosk.outbox import CannotStoreError, Outbox, OutboxError

log = logging.getLogger("senyum.kiosk.post")


class Post:
    """One uplink at a time; a newer one takes the place of an older."""

    def __init__(
        self,
        *,
        listener: Listener,
        letters: Letters,
        courier: Courier,
        outbox: Outbox,
        clock: Clock,
        crash: Crash,
        orders: Orders,
        keep_ms: Callable[[], int],
    ) -> None:
        self._listener = listener
        self._letters = letters
        self._courier = courier
        self._outbox = outbox
        self._clock = clock
        self._crash = crash
        self._orders = orders
        self._keep_ms = keep_ms
        self._end: PanelEnd | None = None
        self._birth = 0
        self.connected = False  # to the broker
        self._offline_since = clock.up()
        self._wifi: int | None = None  # dBm, as the uplink said last
        self.ignored = 0  # messages that were not receipts for us

    # ------------------------------------------------------------ the loop's side

    def readers(self) -> list[Listener | PanelEnd]:
        return [self._listener] if self._end is None else [self._listener, self._end]

    def writers(self) -> list[PanelEnd]:
        return [self._end] if self._end is not None and self._end.wants_write else []

    def due(self) -> int | None:
        return self._courier.due()

    def step(self, now: int) -> None:
        """Take what has come, send what is due."""
        self._meet()
        try:
            self._receive(now)
            for action in self._courier.advance(now, self._outbox.checkpoint.seq):
                self._do(action)
        except LinkClosed as error:
            log.warning("uplink gone error=%s", error)
            self._hang_up()
        except OutboxError as error:
            # Votes are taken all the same: a disk may come back, and from a damaged file the
            # kiosk goes on to the next epoch.
            log.error("nothing can be sent error=%s", error)
            self._hang_up()

    @property
    def closed(self) -> Literal["fork", "revoked"] | None:
        """Why the collector takes no more votes of this epoch; None if it does."""
        return self._courier.closed

    def offline_ms(self, now: int) -> int | None:
        """For how long the broker is not reached; None while it is."""
        return None if self.connected else now - self._offline_since

    def close(self) -> None:
        """Hang up; whoever calls next finds the listener as it was."""
        self._hang_up()

    # ------------------------------------------------------------ the uplink

    def _meet(self) -> None:
        newer = self._listener.accept()
        if newer is not None:
            self._hang_up()
            self._end = newer

    def _hang_up(self) -> None:
        if self._end is not None:
            self._end.close()
            self._end = None
        self._disconnected()

    def _receive(self, now: int) -> None:
        if self._end is None:
            return
        self._end.flush()
        for message in self._end.receive():
            self._hear(message, now)

    def _hear(self, message: ToPanel, now: int) -> None:
        match message:
            case Ready():
                self._give_will()
            case Up():
                self._connected(now)
            case Signal(dbm=dbm):
                self._wifi = dbm
            case Down():
                self._disconnected()
            case Arrived(topic=topic, payload=payload):
                self._open(topic, payload, now)

    def _give_will(self) -> None:
        # Seconds, so that a kiosk that has restarted does not begin again below its old wills.
        self._birth = max(self._birth + 1, self._clock.now().wall // 1000)
        if self._end is not None:
            self._end.send(Will(*self._letters.will(self._birth)))

    def _connected(self, now: int) -> None:
        self.connected = True
        self._send(self._letters.online(self._birth), retain=True)
        self._courier.connected(now)

    def _disconnected(self) -> None:
        self._wifi = None
        if self.connected:
            self.connected = False
            self._offline_since = self._clock.up()
            self._courier.disconnected()

    # ------------------------------------------------------------ out

    def _do(self, action: Action) -> None:
        match action:
            case SendHello(nonce=nonce):
                self._send(self._letters.hello(nonce))
            case SendVotes(after=after, nonce=nonce):
                self._send_votes(after, nonce)
            case SendHealth(nonce=nonce):
                self._send(self._letters.health(nonce, self._wifi))
            case Mark(through=through, time=time):
                self._mark(through, time)

    def answer(self, id_: str, result: wire.Result, checks: tuple[wire.Check, ...]) -> None:
        """Tell what became of a command; lost with the connection, if that is gone."""
        self._send(self._letters.answer(id_, result, checks))

    def _send_votes(self, after: int, nonce: str) -> None:
        try:
            sealed = self._letters.votes(after, nonce)
        except LookupError as error:
            # Forgotten since the courier wanted them; the next conversation begins elsewhere.
            log.warning("votes not sent error=%s", error)
            return
        self._send(sealed)
        self._crash("after_send")

    def _send(self, sealed: Sealed, *, retain: bool = False) -> None:
        if self._end is not None:
            self._end.send(Publish(*sealed, qos=1, retain=retain))

    # ------------------------------------------------------------ in

    def _open(self, topic: str, payload: bytes, now: int) -> None:
        try:
            if self._orders.are_for(topic):
                self._orders.take(topic, payload)
            else:
                self._take_receipt(self._letters.receipt(topic, payload), now)
        except wire.WireError as error:
            self.ignored += 1
            log.warning("message ignored reason=%s count=%d", error.reason, self.ignored)

    def _take_receipt(self, receipt: wire.Receipt, now: int) -> None:
        before = self._courier.standing
        self._courier.receipt(receipt, self._outbox.head_at, now)
        if self._courier.standing != before:
            log.warning("standing changed was=%s is=%s", before, self._courier.standing)

    def _mark(self, through: int, time: int) -> None:
        self._crash("before_receipt_mark")
        try:
            self._outbox.mark_receipted(through, time)
            self._outbox.prune(self._keep_ms())
            self._outbox.erase()
        except (CannotStoreError, LookupError) as error:
            # The votes stay where they are; a later receipt says the same again. Or it is for votes
            # that a receipt of the same turn has let us forget.
            log.error("receipt not noted error=%s", error)
        self._crash("after_receipt_mark")
