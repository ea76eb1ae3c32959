"""Writes and signs what the panel sends; opens and checks what is said to be a receipt."""

from pathlib import Path
from typing import Literal

from kiosk import __version__, health, machine, wire
from kiosk.clock import Clock
from kiosk.health import Tally
from kiosk.keys import SigningKey
from kiosk.outbox import Outbox, OutboxError
from kiosk.remote import Remote

Sealed = tuple[str, bytes]  # topic and payload


class NotForUs(wire.WireError):
    """A message that is well-formed but not a receipt for this kiosk and epoch."""

    reason = "not-for-us"


class Letters:
    """The correspondence of one kiosk under one key."""

    def __init__(
        self,
        *,
        kiosk: str,
        key: SigningKey,
        receipt_keys: tuple[str, ...],
        outbox: Outbox,
        clock: Clock,
        tally: Tally,
        faces: tuple[str, ...],
        disk: Path,
        remote: Remote,
        damaged: int = 0,
    ) -> None:
        """`damaged`: epochs of this card that wait for rescue."""
        self._kiosk = kiosk
        self._key = key
        self._epoch = wire.fingerprint(key.public)
        self._receipt_keys = receipt_keys
        self._outbox = outbox
        self._clock = clock
        self._tally = tally
        self._faces = faces
        self._disk = disk
        self._remote = remote
        self._damaged = damaged

    # ------------------------------------------------------------ written

    def hello(self, nonce: str) -> Sealed:
        at = self._outbox.checkpoint
        return self._seal(
            wire.Hello(
                v=1,
                epoch=at.epoch,
                key=self._key.public,
                seq=at.seq,
                head=at.head,
                oldest=self._outbox.oldest,
                nonce=nonce,
                sent=self._clock.now(),
                firmware=__version__,
                after=self._outbox.after,
            )
        )

    def votes(self, after: int, nonce: str) -> Sealed:
        """The votes that follow `after`, as many as surely fit into one message."""
        prev, votes = self._outbox.batch(after, wire.BATCH_VOTES)
        sent = self._clock.now()
        return self._seal(
            wire.Votes(v=1, epoch=self._epoch, nonce=nonce, sent=sent, prev=prev, votes=votes)
        )

    def health(self, nonce: str, wifi: int | None) -> Sealed:
        """`wifi` in dBm, where the uplink has told it."""
        at, seen = self._outbox.checkpoint, machine.look()
        return self._seal(
            wire.Health(
                v=1,
                epoch=at.epoch,
                seq=at.seq,
                head=at.head,
                nonce=nonce,
                sent=self._clock.now(),
                firmware=__version__,
                counters=self._tally.counters(),
                queue=self._outbox.queue,
                stuck=self._tally.stuck(),
                disk_free=health.disk_free(self._disk),
                temperature=seen.temperature,
                voltage=seen.voltage,
                wear=seen.wear,
                wifi=wifi,
                memory=seen.memory,
                waiting=self._waiting(),
                buttons=self._tally.buttons(self._faces, self._clock.up()),
                config=self._remote.version,
                refused_config=self._remote.refused,
                why_refused=self._remote.why or None,
                damaged=self._damaged,
            )
        )

    def _waiting(self) -> int | None:
        """A disk that does not answer now must not keep the kiosk from saying how it is."""
        try:
            return health.waiting(self._outbox.oldest_waiting, self._clock.now())
        except OutboxError:
            return None

    def answer(self, id_: str, result: wire.Result, checks: tuple[wire.Check, ...]) -> Sealed:
        at = self._outbox.checkpoint
        return self._seal(
            wire.Answer(
                v=1,
                epoch=at.epoch,
                seq=at.seq,
                head=at.head,
                id=id_,
                result=result,
                checks=checks,
                sent=self._clock.now(),
            )
        )

    def online(self, birth: int) -> Sealed:
        return self._status("online", birth)

    def will(self, birth: int) -> Sealed:
        """What the broker shall say when this connection is lost."""
        return self._status("offline", birth)

    def _status(self, state: Literal["online", "offline"], birth: int) -> Sealed:
        at = self._outbox.checkpoint
        return self._seal(
            wire.Status(v=1, epoch=at.epoch, seq=at.seq, head=at.head, state=state, birth=birth)
        )

    def _seal(self, message: wire.Message) -> Sealed:
        return wire.seal(self._kiosk, message, self._key.sign)

    # ------------------------------------------------------------ opened

    def receipt(self, topic: str, payload: bytes) -> wire.Receipt:
        """Raises WireError unless this is a receipt for us, signed by a collector we know."""
        letter = wire.unseal(topic, payload)
        if not isinstance(letter.message, wire.Receipt) or letter.kiosk != self._kiosk:
            raise NotForUs(f"{topic}: not a receipt for {self._kiosk}")
        if letter.message.epoch != self._epoch:
            raise NotForUs(f"{topic}: a receipt for epoch {letter.message.epoch[:16]}…, not ours")
        letter.verify_any(self._receipt_keys)
        return letter.message
