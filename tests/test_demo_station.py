"""What a kiosk of the past sends is what the wire asks for, and continues where it stood."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from collector.demo.public import Character, Public
from collector.demo.station import BATCH, Stand, Station, key_of
from kiosk import wire

ZONE = ZoneInfo("Asia/Makassar")
DAY = date(2026, 3, 2)


def _station(volume: float = 300.0, seed: str = "1") -> Station:
    character = Character(volume=volume, warmth=1.0, drift=0.0, season=0.0)
    public = Public(f"{seed}/dukcapil", character, DAY)
    return Station("dukcapil-01", "c", public, lambda day: ((450, 960),), ZONE, key_of(seed, "k"))


def _letters(sent):
    return [wire.unseal(one.topic, one.payload) for one in sent]


@pytest.fixture(scope="module")
def told():
    station = _station(volume=900)
    presses = station.presses(DAY)
    return station, presses, *station.send(DAY, presses, 0, Stand(0, station.genesis))


def test_batches_are_signed_and_continue_each_other(told):
    station, presses, sent, stand = told
    assert len(presses) > 2 * BATCH
    head, seq = station.genesis, 0
    for letter in _letters(sent):
        letter.verify(station.key.public)
        assert letter.message.prev == head
        assert letter.message.votes[0].seq == seq + 1
        head, seq = letter.heads[-1], letter.message.votes[-1].seq
    assert stand == Stand(seq, head) == Stand(len(presses), head)


def test_votes_say_what_was_pressed_and_when(told):
    _, presses, sent, _ = told
    votes = [vote for letter in _letters(sent) for vote in letter.message.votes]
    for press, vote in zip(presses, votes, strict=True):
        pressed = datetime.fromtimestamp(vote.fine.wall / 1000, ZONE)
        assert pressed.date() == DAY
        assert vote.face == press.face
        assert vote.replaces == (vote.seq - 1 if press.corrects else None)
        assert vote.quarter <= vote.fine.wall / 1000 < vote.quarter + wire.QUARTER_SECONDS


def test_wall_and_up_agree_over_a_whole_month(told):
    station = told[0]
    stand, offsets = Stand(0, station.genesis), set()
    for day in (DAY, DAY + timedelta(1), DAY + timedelta(20)):
        sent, stand = station.send(day, station.presses(day)[:3], stand.seq, stand)
        for letter in _letters(sent):
            moments = [vote.fine for vote in letter.message.votes] + [letter.message.sent]
            offsets |= {(moment.boot, moment.wall - moment.up) for moment in moments}
    assert len(offsets) == 1


def test_a_batch_arrives_after_its_last_vote(told):
    for one, letter in zip(told[2], _letters(told[2]), strict=True):
        assert letter.message.votes[-1].fine.wall < letter.message.sent.wall < one.received_ms


def test_one_seed_makes_the_same_bytes(told):
    station, presses, whole, _ = told
    assert _station(volume=900).send(DAY, presses, 0, Stand(0, station.genesis))[0] == whole


@pytest.mark.parametrize("stored", [1, BATCH - 1, BATCH, BATCH + 7])
def test_an_interrupted_day_continues_where_the_ledger_stands(told, stored):
    station, presses, whole, stand = told
    votes = [vote for letter in _letters(whole) for vote in letter.message.votes]
    head = wire.chain(station.kiosk, station.epoch, station.genesis, votes[:stored])[-1]
    rest, end = station.send(DAY, presses, 0, Stand(stored, head))
    assert end == stand
    assert [vote for one in _letters(rest) for vote in one.message.votes] == votes[stored:]


def test_a_day_that_is_stored_is_not_sent_again(told):
    station, presses, _, stand = told
    assert station.send(DAY, presses, 0, stand) == ([], stand)


def test_no_presses_are_no_message():
    station = _station()
    stand = Stand(7, "ab" * 32)
    assert station.send(DAY, [], 7, stand) == ([], stand)


def test_each_seed_and_kiosk_has_a_key_of_its_own():
    keys = {key_of(seed, kiosk).public for seed in ("1", "2") for kiosk in ("a", "b")}
    assert len(keys) == 4
    assert key_of("1", "a").public == key_of("1", "a").public
