"""A kiosk of the past: signs what its public pressed, day by day, as the real one would have.

Everything follows from the seed, the signing key too: it is as public as the seed, which is why
its epoch is closed as soon as its history is told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from random import Random
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.demo.public import Citizen, Public, Span, seeded
from kiosk import wire
from kiosk.keys import SigningKey

QUESTION: Final = "pelayanan"
BATCH: Final = 400  # votes; so many always fit into a message
SENT_AFTER: Final = 5.0  # seconds after the last vote of a batch
RECEIVED_AFTER_MS: Final = 200  # after that


class Stand(NamedTuple):
    """How far an epoch has come: its last vote, and the head there."""

    seq: int
    head: str


class Sent(NamedTuple):
    """A sealed message and when it would have arrived."""

    topic: str
    payload: bytes
    received_ms: int


@dataclass(frozen=True)
class Station:
    """One kiosk of the past and the public in front of it."""

    kiosk: str
    counter: str
    public: Public
    hours: Callable[[date], Sequence[Span]]
    zone: ZoneInfo
    key: SigningKey

    @property
    def epoch(self) -> str:
        return wire.fingerprint(self.key.public)

    @property
    def genesis(self) -> str:
        return wire.genesis(self.kiosk, self.key.public)

    def presses(self, day: date) -> list["Press"]:
        return list(_presses(self.public.citizens(day, self.hours(day))))

    def send(
        self, day: date, presses: Sequence["Press"], after: int, stand: Stand
    ) -> tuple[list[Sent], Stand]:
        """The day's presses, the first of which is vote `after` + 1, as signed batches.

        Only what `stand` does not have yet; with them the new stand.
        """
        sent = []
        clock = Clock.of(self, day)
        votes = list(self._votes(day, clock, presses, after))[max(0, stand.seq - after) :]
        for first in range(0, len(votes), BATCH):
            batch = tuple(votes[first : first + BATCH])
            last_at = presses[batch[-1].seq - after - 1].at
            sent.append(self._seal(batch, stand.head, clock.moment(last_at + SENT_AFTER)))
            heads = wire.chain(self.kiosk, self.epoch, stand.head, batch)
            stand = Stand(batch[-1].seq, heads[-1])
        return sent, stand

    def _votes(
        self, day: date, clock: "Clock", presses: Sequence["Press"], after: int
    ) -> Iterator[wire.Vote]:
        random = seeded(self.public.seed, day, "salts")
        for seq, press in enumerate(presses, after + 1):
            yield _vote(seq, press, clock.moment(press.at), _hex16(random), _hex16(random))

    def _seal(self, votes: tuple[wire.Vote, ...], prev: str, sent: wire.Moment) -> Sent:
        nonce = sha256(f"{self.kiosk}/{votes[0].seq}".encode()).hexdigest()[:32]
        message = wire.Votes(1, self.epoch, nonce, sent, prev, votes)
        topic, payload = wire.seal(self.kiosk, message, self.key.sign)
        return Sent(topic, payload, sent.wall + RECEIVED_AFTER_MS)


class Clock(NamedTuple):
    """A kiosk's clocks on one day; it is started anew on the first of each month."""

    boot: str
    booted_ms: int
    midnight_ms: int

    @classmethod
    def of(cls, station: Station, day: date) -> "Clock":
        boot = sha256(f"{station.kiosk}/{day:%Y-%m}".encode()).hexdigest()[:32]
        booted = _ms(day.replace(day=1), _BOOTED, station.zone)
        return cls(boot, booted, _ms(day, time.min, station.zone))

    def moment(self, at: float) -> wire.Moment:
        wall = self.midnight_ms + int(at * 1000)
        return wire.Moment(self.boot, wall - self.booted_ms, wall, "synced")


class Press(NamedTuple):
    at: float  # seconds after local midnight
    face: str
    corrects: bool  # the vote before it


_BOOTED: Final = time(5)  # of the first of each month


def key_of(seed: str, kiosk: str) -> SigningKey:
    private = sha256(f"senyum demo {seed} {kiosk}".encode()).digest()
    return SigningKey(Ed25519PrivateKey.from_private_bytes(private))


def _presses(citizens: Sequence[Citizen]) -> Iterator[Press]:
    for citizen in citizens:
        yield Press(citizen.at, citizen.face, False)
        if citizen.corrected is not None and citizen.corrected_at is not None:
            yield Press(citizen.corrected_at, citizen.corrected, True)


def _vote(seq: int, press: Press, moment: wire.Moment, salt: str, tsalt: str) -> wire.Vote:
    fine = wire.Fine(tsalt, moment.wall, moment.clock, moment.boot, moment.up)
    seconds = moment.wall // 1000
    return wire.Vote(
        seq=seq,
        face=press.face,
        question=QUESTION,
        replaces=seq - 1 if press.corrects else None,
        origin=None,
        test=False,
        quarter=seconds - seconds % wire.QUARTER_SECONDS,
        salt=salt,
        time=wire.time_commitment(fine),
        fine=fine,
    )


def _ms(day: date, at: time, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, at, zone).timestamp()) * 1000


def _hex16(random: Random) -> str:
    return f"{random.getrandbits(128):032x}"
