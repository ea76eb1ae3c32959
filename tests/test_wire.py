"""The contract: golden files, round trips, and everything that must be refused."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import wire
from kiosk.keys import signed_by
from tests import golden

FILES = sorted(golden.FOLDER.glob("*.msg"))


def opened(name: str) -> tuple[str, bytes]:
    topic, _, payload = (golden.FOLDER / f"{name}.msg").read_bytes().partition(b"\n")
    return topic.decode(), payload


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_message_is_read_as_it_was_written(file: Path) -> None:
    letter = wire.unseal(*opened(file.stem))
    key = golden.COLLECTOR_KEY if letter.kind in wire.KINDS_TO_KIOSK else golden.KIOSK_KEY
    letter.verify(key.public)
    assert letter.kiosk == golden.KIOSK


@pytest.mark.parametrize("name", golden.all_sealed())
def test_sealing_gives_the_golden_bytes(name: str) -> None:
    assert golden.all_sealed()[name]() == opened(name)


def test_every_kind_has_a_golden_message() -> None:
    kinds = {wire.unseal(*opened(file.stem)).kind for file in FILES}
    assert kinds == {*wire.KINDS_FROM_KIOSK, *wire.KINDS_TO_KIOSK}


def test_an_earlier_key_vouches_for_the_next() -> None:
    letter = wire.unseal(*opened("v1-hello-after"))
    assert isinstance(letter.message, wire.Hello)
    after = letter.message.after
    assert after is not None
    text = wire.succession_text(letter.kiosk, after.epoch, letter.message.epoch)
    assert signed_by(golden.EARLIER_KEY.public, bytes.fromhex(after.signature), text)
    assert after.epoch == wire.fingerprint(golden.EARLIER_KEY.public)


def test_settings_are_read_and_a_wrong_one_is_named() -> None:
    letter = wire.unseal(*opened("v1-config"))
    assert isinstance(letter.message, wire.Config)
    assert wire.settings_of(letter.message) == golden.SETTINGS
    for wrong, told in (
        ({"log_level": "trace"}, "log_level"),
        ({"night": 101}, "night"),
        ({"hours": [[450, 960]]}, "hours"),
        ({"keep_days": 1}, "keep_days"),
    ):
        changed = json.dumps(json.loads(msgspec.json.encode(golden.SETTINGS)) | wrong).encode()
        config = wire.Config(v=1, version=8, settings=msgspec.Raw(changed))
        with pytest.raises(wire.Malformed, match=told):
            wire.settings_of(config)


def test_settings_that_name_a_key_twice_are_refused() -> None:
    twice = msgspec.json.encode(golden.SETTINGS).replace(b"{", b'{"night":1,', 1)
    config = wire.Config(v=1, version=8, settings=msgspec.Raw(twice))
    with pytest.raises(wire.Malformed, match="twice"):
        wire.unseal(*wire.seal(golden.KIOSK, config, golden.COLLECTOR_KEY.sign))
    with pytest.raises(wire.Malformed, match="twice"):
        wire.settings_of(config)


def test_two_batches_make_one_chain() -> None:
    first = wire.unseal(*opened("v1-votes-first"))
    second = wire.unseal(*opened("v1-votes-next"))
    assert isinstance(second.message, wire.Votes)
    assert first.heads[-1] == second.message.prev
    assert [*first.heads, *second.heads] == golden.HEADS


def test_another_spelling_and_later_fields_mean_the_same() -> None:
    ours = wire.unseal(*opened("v1-votes-next"))
    theirs = wire.unseal(*opened("v1-votes-foreign"))
    assert theirs.message == ours.message
    assert theirs.checkpoint == ours.checkpoint


def test_the_chain_still_verifies_when_fine_time_is_erased() -> None:
    erased = [msgspec.structs.replace(vote, fine=None) for vote in golden.BALLOTS]
    assert wire.chain(golden.KIOSK, golden.EPOCH, golden.GENESIS, erased) == golden.HEADS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", 7),
        ("face", "smile"),
        ("question", "waktu"),
        ("replaces", 1),
        ("origin", wire.Origin(epoch="0c" * 32, seq=1)),
        ("test", True),
        ("quarter", None),
        ("salt", "00" * 16),
        ("time", "00" * 32),
    ],
)
def test_every_field_of_a_vote_is_in_its_leaf(field: str, value: object) -> None:
    vote = golden.vote(2, "frown")
    other = msgspec.structs.replace(vote, **{field: value})
    mine = wire.leaf(golden.KIOSK, golden.EPOCH, vote)
    assert wire.leaf(golden.KIOSK, golden.EPOCH, other) != mine
    assert wire.leaf("bkpsdm-01", golden.EPOCH, vote) != mine


def rewritten(name: str, change: object) -> tuple[str, bytes]:
    """A golden message with another body, signed again: form is judged before signatures."""
    topic, payload = opened(name)
    letter = wire.unseal(topic, payload)
    body = json.loads(payload.partition(b"\n")[2])
    change(body)  # type: ignore[operator]
    text = json.dumps(body).encode()
    return topic, golden.resign(topic, letter.kind, text, letter.checkpoint, golden.KIOSK_KEY)


def setting(path: str, value: object) -> object:
    def change(body: dict[str, object]) -> None:
        *way, last = path.split(".")
        place: object = body
        for step in way:
            place = place[int(step) if step.isdigit() else step]  # type: ignore[index]
        place[last] = value  # type: ignore[index]

    return change


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("v", 2),
        ("epoch", "xyz"),
        ("epoch", "AB" * 32),
        ("nonce", "a1" * 16 + "\n"),
        ("prev", None),
        ("votes", []),
        ("votes.0.seq", 0),
        ("votes.0.seq", True),
        ("votes.0.seq", 1.0),
        ("votes.0.seq", 2**53),
        ("votes.0.seq", "1"),
        ("votes.0.face", "Smile"),
        ("votes.0.face", "smile\n"),
        ("votes.0.face", "s" * 33),
        ("votes.0.question", ""),
        ("votes.0.test", 0),
        ("votes.0.quarter", 1763860501),
        ("votes.0.quarter", -900),
        ("votes.0.salt", "00"),
        ("votes.0.fine.wall", -1),
        ("votes.0.fine.clock", "maybe"),
        ("votes.0.fine.wall", float("nan")),
        ("votes.0.fine.wall", float("inf")),
        ("sent.clock", None),
    ],
)
def test_a_wrong_value_is_malformed(path: str, value: object) -> None:
    with pytest.raises(wire.Malformed, match="senyum/1/dukcapil-01/votes"):
        wire.unseal(*rewritten("v1-votes-first", setting(path, value)))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("votes.2.seq", 4, "vote 4 stands where vote 3 belongs"),
        ("votes.0.fine.wall", 1763860507124, "vote 1: its time does not match"),
        ("votes.1.time", "00" * 32, "vote 2: its time does not match"),
    ],
)
def test_votes_out_of_step_break_the_chain(path: str, value: object, told: str) -> None:
    with pytest.raises(wire.BrokenChain, match=told):
        wire.unseal(*rewritten("v1-votes-first", setting(path, value)))


@pytest.mark.parametrize(
    ("path", "value"),
    [("votes.0.face", "frown"), ("nonce", "00" * 16), ("sent.wall", 0), ("prev", "00" * 32)],
)
def test_a_changed_body_does_not_verify(path: str, value: object) -> None:
    topic, payload = rewritten("v1-votes-first", setting(path, value))
    _, original = opened("v1-votes-first")
    header = original.partition(b"\n")[0]
    letter = wire.unseal(topic, header + b"\n" + payload.partition(b"\n")[2])
    with pytest.raises(wire.Forged):
        letter.verify(golden.KIOSK_KEY.public)


NOT_ITS_KEY = "the epoch is not the fingerprint of the key"
NOT_THE_GENESIS = "the head before the first vote is not the genesis"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"epoch": "00" * 32}, NOT_ITS_KEY),
        ({"key": "00" * 32}, NOT_ITS_KEY),
        ({"seq": 0}, NOT_THE_GENESIS),
        ({"seq": 0, "head": "00" * 32}, NOT_THE_GENESIS),
    ],
)
def test_a_hello_that_contradicts_itself_breaks_the_chain(
    change: dict[str, object], told: str
) -> None:
    with pytest.raises(wire.BrokenChain, match=told):
        wire.unseal(*rewritten("v1-hello", lambda body: body.update(change)))


def test_a_temperature_may_be_below_zero() -> None:
    letter = wire.unseal(*rewritten("v1-health", setting("temperature", -5_000)))
    assert isinstance(letter.message, wire.Health)
    assert letter.message.temperature == -5_000


@pytest.mark.parametrize("firmware", ["v" * 65, "0.1\n", "\x00", "é"])
def test_firmware_is_short_and_printable(firmware: str) -> None:
    with pytest.raises(wire.Malformed):
        wire.unseal(*rewritten("v1-hello", setting("firmware", firmware)))


def test_a_message_does_not_verify_on_the_topic_of_another_kiosk() -> None:
    _, payload = opened("v1-health")
    letter = wire.unseal("senyum/1/bkpsdm-01/health", payload)
    with pytest.raises(wire.Forged):
        letter.verify(golden.KIOSK_KEY.public)


def test_a_message_does_not_verify_with_another_key() -> None:
    letter = wire.unseal(*opened("v1-hello"))
    with pytest.raises(
        wire.Forged, match="dukcapil-01/hello: the signature is not by key 29acbae1"
    ):
        letter.verify(golden.COLLECTOR_KEY.public)


def test_a_message_verifies_with_any_of_several_keys() -> None:
    letter = wire.unseal(*opened("v1-hello"))
    ours, theirs = golden.KIOSK_KEY.public, golden.COLLECTOR_KEY.public
    for keys in ((ours,), (ours, theirs), (theirs, ours), (theirs, ours, theirs)):
        letter.verify_any(keys)
    for keys in ((theirs,), (theirs, theirs)):
        with pytest.raises(wire.Forged):
            letter.verify_any(keys)


def test_the_genesis_is_that_of_the_document() -> None:
    """Asked now, and not when the golden messages were made."""
    text = (golden.FOLDER.parents[1] / "docs/wire.md").read_text(encoding="utf-8")
    assert f"| genesis | `{wire.genesis(golden.KIOSK, golden.KIOSK_KEY.public)}` |" in text


@pytest.mark.parametrize(
    "topic",
    [
        "senyum/1/dukcapil-01/receipt",
        "senyum/1/dukcapil-01/config",
        "senyum/2/dukcapil-01/hello",
        "senyum/1/Dukcapil-01/hello",
        "senyum/1/dukcapil-01/hello/",
        "senyum/1//hello",
        f"senyum/1/{'k' * 33}/hello",
        "senyum/1/dukcapil-01\n/hello",
        "",
    ],
)
def test_a_foreign_topic_is_refused(topic: str) -> None:
    with pytest.raises(wire.Malformed):
        wire.unseal(topic, opened("v1-hello")[1])


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (b"senyum/2 hello Ed25519 " + b"00" * 64, wire.UnknownVersion),
        (b"senyum/1 hello Ed448 " + b"00" * 64, wire.UnknownVersion),
        (b"senyum/1 hello Ed25519 " + b"00" * 63, wire.Malformed),
        (b"senyum/1 hello Ed25519 " + b"0G" * 64, wire.Malformed),
        (b"senyum/1 votes Ed25519 " + b"00" * 64, wire.Malformed),
        (b"senyum/1  hello Ed25519 " + b"00" * 64, wire.Malformed),
        (b"", wire.Malformed),
        (b"\xff\xfe", wire.Malformed),
    ],
)
def test_a_wrong_header_is_refused(header: bytes, error: type[wire.WireError]) -> None:
    topic, payload = opened("v1-hello")
    with pytest.raises(error):
        wire.unseal(topic, header + b"\n" + payload.partition(b"\n")[2])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"later":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"v":1}{"v":1}',
        b'{"v":' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: body[:16].decode("latin-1") or "empty",
)
def test_a_broken_body_is_malformed(body: bytes) -> None:
    topic, payload = opened("v1-hello")
    with pytest.raises(wire.Malformed):
        wire.unseal(topic, payload.partition(b"\n")[0] + b"\n" + body)


LATER = b'"later":'


@pytest.mark.parametrize(
    "field",
    [
        b'"\xed\xa0\x80"',
        b'"\xff"',
        rb'"\ud800"',
        rb'"\ude00 x"',
        b'{"\xff":1}',
        b"NaN",
        b"Infinity",
    ],
)
def test_a_field_from_later_must_be_json_too(field: bytes) -> None:
    topic, payload = opened("v1-hello")
    with pytest.raises(wire.Malformed):
        wire.unseal(topic, payload.replace(b'"v":1,', LATER + field + b',"v":1,'))


@pytest.mark.parametrize(
    "field", [b"9" * 5000, b"1e999", b'"\\ud83d\\ude00"', b"[" * 31 + b"]" * 31]
)
def test_a_field_from_later_may_hold_what_no_field_of_ours_may(field: bytes) -> None:
    topic, payload = opened("v1-hello")
    letter = wire.unseal(topic, payload.replace(b'"v":1,', LATER + field + b',"v":1,'))
    assert letter.message == wire.unseal(topic, payload).message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1,', b'"v":1,"v":1,'),
        (b'"v":1,', b'"later":{"a":1,"a":2},"v":1,'),
        (b'"clock":"synced"', b'"clock":"unsynced","clock":"synced"'),
    ],
)
def test_a_key_named_twice_is_malformed(old: bytes, new: bytes) -> None:
    topic, payload = opened("v1-hello")
    with pytest.raises(wire.Malformed, match="twice"):
        wire.unseal(topic, payload.replace(old, new))


def test_too_many_bytes_are_refused_on_both_sides() -> None:
    topic, payload = opened("v1-hello")
    with pytest.raises(wire.TooLarge):
        wire.unseal(topic, payload + b" " * wire.MAX_BYTES)
    votes = tuple(golden.vote(seq, "x" * wire.MAX_SLUG) for seq in range(1, 700))
    batch = msgspec.structs.replace(wire.unseal(*opened("v1-votes-first")).message, votes=votes)
    with pytest.raises(wire.TooLarge, match=f"at most {wire.MAX_BYTES} are allowed"):
        wire.seal(golden.KIOSK, batch, golden.KIOSK_KEY.sign)


def test_too_many_votes_are_malformed() -> None:
    votes = tuple(golden.vote(seq, "smile") for seq in range(1, wire.MAX_VOTES + 2))
    message = wire.Votes(
        v=1,
        epoch=golden.EPOCH,
        nonce=golden.NONCE,
        sent=golden.SENT,
        prev=golden.GENESIS,
        votes=votes,
    )
    topic, payload = wire.seal(golden.KIOSK, message, golden.KIOSK_KEY.sign)
    with pytest.raises(wire.Malformed, match="500"):
        wire.unseal(topic, payload)


def test_the_largest_batch_of_a_kiosk_fits_into_a_message() -> None:
    long = "x" * wire.MAX_SLUG
    top = wire.Fine(
        tsalt="ff" * 16, wall=wire.MAX_INT, clock="unsynced", boot=golden.BOOT, up=wire.MAX_INT
    )
    votes = tuple(
        wire.Vote(
            seq=wire.MAX_INT - wire.BATCH_VOTES + number,
            face=long,
            question=long,
            replaces=wire.MAX_INT,
            origin=wire.Origin(epoch="0c" * 32, seq=wire.MAX_INT),
            test=False,
            quarter=wire.MAX_INT // wire.QUARTER_SECONDS * wire.QUARTER_SECONDS,
            salt="ff" * 16,
            time=wire.time_commitment(top),
            fine=top,
        )
        for number in range(wire.BATCH_VOTES)
    )
    message = wire.Votes(
        v=1,
        epoch=golden.EPOCH,
        nonce=golden.NONCE,
        sent=golden.SENT,
        prev=golden.GENESIS,
        votes=votes,
    )
    letter = wire.unseal(*wire.seal(long, message, golden.KIOSK_KEY.sign))
    assert letter.message == message


@given(payload=st.binary(max_size=400))
def test_noise_is_refused_and_never_crashes(payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.unseal("senyum/1/dukcapil-01/votes", payload)


@given(data=st.data())
def test_a_flipped_byte_never_verifies(data: st.DataObject) -> None:
    file = data.draw(st.sampled_from(FILES))
    topic, payload = opened(file.stem)
    place = data.draw(st.integers(0, len(payload) - 1))
    flipped = payload[place] ^ data.draw(st.integers(1, 255))
    changed = payload[:place] + bytes([flipped]) + payload[place + 1 :]
    key = golden.COLLECTOR_KEY if "receipt" in topic else golden.KIOSK_KEY
    with pytest.raises(wire.WireError):
        wire.unseal(topic, changed).verify(key.public)
