"""Votes that a collector did not expect: nothing of them holds up a kiosk, or another vote."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace
from paho.mqtt import publish

from kiosk import keys, wire
from kiosk.crash import never
from kiosk.epochs import Epochs
from kiosk.succession import InUse, open_place
from tests.accounts import Account
from tests.brokers import HOST, Broker, Mosquitto
from tests.golden import resign
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ZONE = ZoneInfo("Asia/Makassar")
PRESSING = ("--every", "0.3", "--for", "600")
# Longer than the settle window of these kiosks, on a busy machine too: each press is a vote.
GAP_MS = 2000
LATEST_QUARTER = wire.MAX_INT // wire.QUARTER_SECONDS * wire.QUARTER_SECONDS


def press(whole: Whole, name: str, count: int) -> None:
    """So many votes, none of which corrects another; the kiosk is switched off then."""
    timeline = whole.folder / "presses.csv"
    timeline.write_text("".join(f"{500 + GAP_MS * n},smile,120\n" for n in range(count)))
    whole.start_kiosk(name, "--timeline", str(timeline), "--drain", "0")
    assert whole.kiosk_ended(name, 60) == 0, whole.log(name)


def ask(whole: Whole, name: str, question: str) -> None:
    """From its next start on."""
    config = whole.folder / f"{name}.toml"
    config.write_text(
        config.read_text().replace("[panel]\n", f'[panel]\nquestion = "{question}"\n')
    )


@contextmanager
def epoch_in_use(whole: Whole, name: str) -> Iterator[InUse]:
    """Of a kiosk that is switched off."""
    in_use = open_place(Epochs(whole.epochs(name)).all()[-1], name, never)
    with closing(in_use.outbox):
        yield in_use


def in_the_index(whole: Whole) -> int:
    """Votes of the last two days at all agencies, as an admin sees them."""
    today = datetime.now(ZONE).date()
    days = ("--from", str(today - timedelta(days=1)), "--to", str(today))
    figures = json.loads(whole.collector("index", *days, "--json"))
    return sum(agency["n"] for agency in figures["agencies"])


def local(days: int) -> str:
    return f"{datetime.now(ZONE) + timedelta(days=days):%Y-%m-%d}"


# ---------------------------------------------------------------- what nobody has told it


@pytest.mark.fault(
    27, how="a kiosk asks what the collector does not know, in the midst of its queue"
)
def test_an_unknown_question_holds_up_nothing_and_counts_once_it_is_known(
    account: Account, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, 3)
        ask(whole, name, "kebersihan")
        press(whole, name, 4)
        account.settle(whole)
        assert in_the_index(whole) == 3
        places = tmp_path / "places.toml"
        places.write_text(
            'agency = []\n[[question]]\nslug = "kebersihan"\n'
            'text_id = "Bersihkah tempat ini?"\ntext_en = "Is this place clean?"\n'
        )
        whole.collector("agency", "import", str(places))
        assert in_the_index(whole) == 7
        assert whole.collector("quarantine") == "nothing is in quarantine\n"


@pytest.mark.fault(27, how="kiosks that stand nowhere yet; one is placed, one stays without")
def test_votes_of_an_unplaced_kiosk_count_where_it_is_said_to_have_stood(
    account: Account, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 0) as whole:
        whole.names += ["uji-01", "uji-02"]
        for count, name in enumerate(whole.names, 3):
            whole.register(name, "--from", local(+1))
            press(whole, name, count)
        account.settle(whole)
        assert in_the_index(whole) == 0
        placed = ("--counter", "disdukcapil-1", "--from", local(-1))
        whole.collector("kiosk", "move", "uji-01", *placed)
        assert in_the_index(whole) == 3
        press(whole, "uji-01", 2)
        account.settle(whole)
        assert in_the_index(whole) == 5
        assert whole.counted() == 9
        assert whole.collector("quarantine") == "nothing is in quarantine\n"


# ---------------------------------------------------------------- poison


Spoil = Callable[[wire.Vote], wire.Vote]


def timed(**fine: object) -> Spoil:
    """Another moment, and the commitment to it."""

    def spoil(vote: wire.Vote) -> wire.Vote:
        assert vote.fine is not None
        other = replace(vote.fine, **fine)
        return replace(vote, fine=other, time=wire.time_commitment(other))

    return spoil


def said(**fields: object) -> Spoil:
    return partial(replace, **fields)


NO_VOTE: dict[str, tuple[Spoil, str]] = {
    "a face that is no slug": (said(face="Smile; DROP TABLE votes"), "malformed"),
    "a quarter that is none": (said(quarter=1), "malformed"),
    "a quarter before 1970": (said(quarter=-900), "malformed"),
    "a time beyond all numbers": (timed(wall=2**63), "malformed"),
    "a time before the start": (timed(up=-1), "malformed"),
    "it replaces nothing": (said(replaces=0), "malformed"),
    "a word for yes": (said(test="yes"), "malformed"),
    "a place that is taken": (said(seq=1), "broken-chain"),
    "a time that was not committed": (said(time="00" * 32), "broken-chain"),
}

ODD_VOTE: dict[str, Spoil] = {
    "a face of another scale": said(face="tawa"),
    "the last quarter there is": said(quarter=LATEST_QUARTER),
    "the last moment there is": timed(wall=wire.MAX_INT, clock="synced"),
    "up since for ever": timed(up=wire.MAX_INT),
    "a boot of its own": timed(boot="ab" * 16),
    "it replaces itself": lambda vote: replace(vote, replaces=vote.seq),
    "it replaces what never comes": said(replaces=wire.MAX_INT),
    "it comes from nowhere": said(origin=wire.Origin("cd" * 32, wire.MAX_INT)),
    "it has no exact time": said(fine=None),
}


def continued(chain: list[wire.Vote], spoils: list[Spoil]) -> list[wire.Vote]:
    """After the last vote: one good vote, a spoilt one, a good one, and so on."""
    votes = []
    for spoil in spoils:
        for change in (said(), spoil, said()):
            salt = f"{len(votes):032x}"
            seq = chain[-1].seq + len(votes) + 1
            votes.append(change(replace(chain[-1], seq=seq, replaces=None, salt=salt)))
    return votes


def poison(whole: Whole, broker: Broker, name: str) -> None:
    """Batches in the kiosk's name, signed with its own key, each with one vote that is none."""
    with epoch_in_use(whole, name) as (_, key, outbox):
        chain, at = list(outbox.votes()), outbox.checkpoint
    moment = wire.Moment(boot="ab" * 16, up=1, wall=1, clock="unsynced")
    batches = [
        wire.Votes(1, at.epoch, "ab" * 16, moment, at.head, tuple(continued(chain, [spoil])))
        for spoil, _ in NO_VOTE.values()
    ]
    messages = [(*sealed(name, batch, key), 1, False) for batch in batches]
    publish.multiple(messages, hostname=HOST, port=broker.port)


def sealed(name: str, batch: wire.Votes, key: keys.SigningKey) -> tuple[str, bytes]:
    """As wire.seal, which would not sign every one of these."""
    topic, body = wire.topic_of(name, "votes"), msgspec.json.encode(batch)
    head = wire.chain(name, batch.epoch, batch.prev, batch.votes)[-1]
    checkpoint = wire.Checkpoint(batch.epoch, batch.votes[-1].seq, head)
    return topic, resign(topic, "votes", body, checkpoint, key)


@pytest.mark.fault(27, how="batches with one vote that is none, well signed with the kiosk's key")
def test_a_batch_with_a_vote_that_is_none_is_refused_and_the_kiosk_goes_on(
    account: Account, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, 3)
        poison(whole, broker, name)
        until("refusals", lambda: len(refused(whole, name)) == len(NO_VOTE))
        whole.start_kiosk(name, *PRESSING)
        until("votes behind the poison", lambda: len(whole.stored()) > 5)
        whole.stop_kiosk(name)
        account.settle(whole)
        reasons = [message["reason"] for message in refused(whole, name)]
        assert reasons == [reason for _, reason in NO_VOTE.values()]
        assert all(message["detail"] for message in refused(whole, name))


def refused(whole: Whole, name: str) -> list[dict]:
    found = json.loads(whole.collector("quarantine", "--kiosk", name, "--json"))
    messages: list[dict] = found["messages"]
    return messages


@pytest.mark.fault(27, how="votes that cannot be true, in a kiosk's own outbox between good ones")
def test_votes_that_cannot_be_true_are_stored_and_hold_up_nothing(
    account: Account, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, 3)
        with epoch_in_use(whole, name) as (_, _, outbox):
            odd = continued(list(outbox.votes()), list(ODD_VOTE.values()))
            outbox.carry(odd)
        press(whole, name, 3)
        account.settle(whole)
        assert account.confirmed == 3 + len(odd) + 3
        soon = datetime.now(ZONE).timestamp() + 1200
        assert max(hi for *_, hi in whole.dated(name)) <= soon
        assert whole.collector("quarantine") == "nothing is in quarantine\n"
