"""The golden files, verified by a decoder that shares no code with the kiosk and the collector."""

import ast
import copy
import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import independent
from tests.independent import (
    FROM_COLLECTOR,
    BadForm,
    BadSignature,
    BrokenChain,
    Chain,
    Message,
    Refused,
    UnknownVersion,
    check_settings,
    open_message,
    verify_signature,
    verify_succession,
)

WIRE = Path(__file__).parent / "wire"
FILES = sorted(path.name for path in WIRE.glob("*.msg"))
HELLO, HEALTH, STATUS = "v1-hello.msg", "v1-health.msg", "v1-status-offline.msg"
FIRST, NEXT, FOREIGN = "v1-votes-first.msg", "v1-votes-next.msg", "v1-votes-foreign.msg"
RECEIPT = "v1-receipt-ok.msg"
RECEIPTS = [name for name in FILES if "-receipt-" in name]
MAY_BE_LEFT_OUT = {
    "after", "voltage", "wear", "wifi", "memory", "waiting", "buttons", "config", "refused_config",
    "why_refused", "damaged",
}  # fmt: skip
COMPACT = [name for name in FILES if name != FOREIGN]

# The golden receipts' key is not in the files: it is made of this seed, for tests only.
COLLECTOR = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
# Another kiosk's, to sign what the golden kiosk never did.
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))

Edit = Callable[[dict[str, Any]], object]


def read(name: str) -> tuple[str, bytes]:
    topic, _, payload = (WIRE / name).read_bytes().partition(b"\n")
    return topic.decode(), payload


def golden(name: str) -> Message:
    return open_message(*read(name))


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def kiosk_key() -> bytes:
    return bytes.fromhex(golden(HELLO).body["key"])


def signer_of(message: Message) -> bytes:
    return public(COLLECTOR) if message.kind in FROM_COLLECTOR else kiosk_key()


def golden_chain() -> Chain:
    chain = Chain.from_genesis(golden(HELLO).kiosk, kiosk_key())
    chain.add(golden(FIRST))
    chain.add(golden(NEXT))
    return chain


def chain_of(message: Message) -> Chain:
    """The golden chain, or for first votes the one that they begin: a panel of four has its own."""
    chain = Chain.from_genesis(golden(HELLO).kiosk, kiosk_key())
    if message.body.get("prev") != chain.heads[0]:
        return golden_chain()
    chain.add(message)
    return chain


def verify(topic: str, payload: bytes) -> None:
    message = open_message(topic, payload)
    verify_signature(message.checkpoint, signer_of(message))
    if message.kind not in ("config", "command"):
        chain_of(message).check(message.checkpoint)


def compact(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def with_body(name: str, body: bytes) -> tuple[str, bytes]:
    """The golden file with another body under the header as it was."""
    topic, payload = read(name)
    return topic, payload.partition(b"\n")[0] + b"\n" + body


def edited(name: str, edit: Edit) -> tuple[str, bytes]:
    body = copy.deepcopy(golden(name).body)
    edit(body)
    return with_body(name, compact(body))


def find(value: Any, names: list[str]) -> Any:
    for name in names:
        value = value[int(name) if name.isdecimal() else name]
    return value


def put(path: str, value: object) -> Edit:
    """An edit that writes one field: `put("votes.0.seq", 7)`."""
    *parents, last = path.split(".")
    return lambda body: find(body, parents).update({last: value})


def take(path: str) -> Edit:
    """An edit that takes one field away."""
    *parents, last = path.split(".")
    return lambda body: find(body, parents).pop(last)


def signed(key: Ed25519PrivateKey, topic: str, body: dict[str, Any]) -> Message:
    """A message of a kiosk of our own, with a signature that verifies."""
    head = f"senyum/1 {topic.split('/')[3]} Ed25519 ".encode()
    raw = b"\n" + compact(body)
    unsigned = open_message(topic, head + b"0" * 128 + raw)
    signature = key.sign(unsigned.checkpoint.signed_text).hex().encode()
    message = open_message(topic, head + signature + raw)
    verify_signature(message.checkpoint, public(key))
    return message


def our_batch(first: int, count: int, prev: str) -> Message:
    vote = golden(NEXT).body["votes"][0]
    votes = [{**vote, "seq": seq} for seq in range(first, first + count)]
    epoch = independent.epoch_name(public(STRANGER))
    body = {**golden(NEXT).body, "epoch": epoch, "prev": prev, "votes": votes}
    return signed(STRANGER, "senyum/1/ours/votes", body)


# What the golden files are


def test_there_is_one_golden_file_of_every_kind() -> None:
    assert {golden(name).kind for name in FILES} == set(independent.BODIES)
    assert {golden(name).body["status"] for name in RECEIPTS} == {"ok", "held", "fork", "revoked"}


@pytest.mark.parametrize("name", FILES)
def test_golden_file_verifies(name: str) -> None:
    verify(*read(name))


def test_batches_continue_from_the_genesis() -> None:
    chain = Chain.from_genesis("dukcapil-01", kiosk_key())
    assert golden(FIRST).body["prev"] == chain.heads[0]
    chain.add(golden(FIRST))
    assert golden(NEXT).body["prev"] == chain.heads[4]
    chain.add(golden(NEXT))
    assert sorted(chain.heads) == [0, 1, 2, 3, 4, 5, 6]
    assert chain.heads[6] == golden(HELLO).body["head"]


def test_another_encoder_makes_the_same_votes() -> None:
    ours, foreign = golden(NEXT).checkpoint, golden(FOREIGN).checkpoint
    assert ours.head == foreign.head
    assert ours.body_hash != foreign.body_hash
    chain = golden_chain()
    chain.add(golden(FOREIGN))
    assert chain == golden_chain()


@pytest.mark.parametrize("name", RECEIPTS)
def test_receipt_has_the_computed_head(name: str) -> None:
    body = golden(name).body
    assert body["head"] == golden_chain().heads[body["through"]]


def test_leaf_is_the_documented_text() -> None:
    body = golden(FIRST).body
    vote = body["votes"][1]
    assert independent.leaf_text("dukcapil-01", body["epoch"], vote) == (
        "senyum/1 leaf\n"
        "dukcapil-01\n"
        "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c\n"
        "2\nfrown\npelayanan\n1\n-\n0\n1763860500\n"
        "000000000000000000000000000003ea\n"
        f"{vote['time']}\n"
    )


def test_checkpoint_verifies_after_the_times_are_erased() -> None:
    kept = golden(FIRST).checkpoint
    message = open_message(
        *edited(FIRST, lambda body: [vote.update(fine=None) for vote in body["votes"]])
    )
    assert message.checkpoint.head == kept.head
    with pytest.raises(BadSignature):
        verify_signature(message.checkpoint, kiosk_key())
    verify_signature(dataclasses.replace(message.checkpoint, body_hash=kept.body_hash), kiosk_key())


def test_decoder_shares_no_code() -> None:
    tree = ast.parse(Path(independent.__file__).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names == {"cryptography"}


# What is refused whoever signs it


@pytest.mark.parametrize("name", FILES)
def test_every_altered_byte_is_refused(name: str) -> None:
    topic, payload = read(name)
    whole = topic.encode() + b"\n" + payload
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 1
        new_topic, _, new_payload = bytes(altered).partition(b"\n")
        with pytest.raises(Refused):
            verify(new_topic.decode(), new_payload)


@pytest.mark.parametrize("name", FILES)
def test_every_cut_is_refused(name: str) -> None:
    topic, payload = read(name)
    for length in range(len(payload)):
        with pytest.raises(Refused):
            verify(topic, payload[:length])


@pytest.mark.parametrize("name", COMPACT)
def test_unaltered_copy_verifies(name: str) -> None:
    """So that the refusals below come of the edits, and not of the writing."""
    copied = edited(name, lambda body: None)
    assert copied == read(name)
    verify(*copied)


HEX = "0f" * 32

GOOD_FORM_BAD_SIGNATURE = [
    (HELLO, put("head", HEX)),
    (HELLO, put("seq", 7)),
    (HELLO, put("oldest", 2)),
    (HELLO, put("firmware", "0.1.1")),
    (HELLO, put("later", 1)),
    (FIRST, put("nonce", "0f" * 16)),
    (FIRST, put("sent.wall", 0)),
    (FIRST, put("epoch", HEX)),
    (FIRST, put("prev", HEX)),
    (FIRST, put("votes.0.face", "frown")),
    (FIRST, put("votes.0.question", "waktu")),
    (FIRST, put("votes.1.replaces", None)),
    (FIRST, put("votes.0.origin", {"epoch": HEX, "seq": 1})),
    (FIRST, put("votes.3.test", False)),
    (FIRST, put("votes.0.quarter", 1763861400)),
    (FIRST, put("votes.0.quarter", None)),
    (FIRST, put("votes.0.salt", "0f" * 16)),
    (FIRST, put("votes.0.fine", None)),
    (FIRST, lambda body: body["votes"].pop()),
    (NEXT, put("votes.1.origin.seq", 42)),
    (NEXT, put("votes.0.time", HEX)),
    (RECEIPT, put("status", "held")),
    (RECEIPT, put("through", 5)),
    (RECEIPT, put("head", HEX)),
    (RECEIPT, put("nonce", "0f" * 16)),
    (RECEIPT, put("time", 0)),
    (HEALTH, put("counters.votes", 7)),
    (HEALTH, put("stuck", [])),
    (HEALTH, put("temperature", -5000)),
    (STATUS, put("state", "online")),
    (STATUS, put("birth", 4)),
]


@pytest.mark.parametrize(("name", "edit"), GOOD_FORM_BAD_SIGNATURE)
def test_altered_content_breaks_the_signature(name: str, edit: Edit) -> None:
    message = open_message(*edited(name, edit))
    with pytest.raises(BadSignature):
        verify_signature(message.checkpoint, signer_of(message))


def test_an_earlier_key_vouches_for_the_epoch_after_it() -> None:
    earlier = public(Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96))))
    verify_succession(golden("v1-hello-after.msg"), earlier)
    with pytest.raises(BadSignature):
        verify_succession(golden("v1-hello-after.msg"), public(COLLECTOR))
    with pytest.raises(BadSignature):
        verify_succession(golden(HELLO), earlier)
    topic, payload = edited("v1-hello-after.msg", put("after.signature", "00" * 64))
    with pytest.raises(BadSignature):
        verify_succession(open_message(topic, payload), earlier)


def test_settings_are_what_a_kiosk_can_use() -> None:
    check_settings(golden("v1-config.msg"))
    with pytest.raises(BadForm, match=r"settings\.night"):
        check_settings(open_message(*edited("v1-config.msg", put("settings.night", 101))))


def test_signature_of_another_place_is_refused() -> None:
    checkpoint = golden(HELLO).checkpoint
    for change in (
        {"kind": "status"},
        {"topic": "senyum/1/dukcapil-02/hello"},
        {"seq": 5},
        {"head": HEX},
        {"body_hash": HEX},
        {"signature": golden(STATUS).checkpoint.signature},
    ):
        with pytest.raises(BadSignature):
            verify_signature(dataclasses.replace(checkpoint, **change), kiosk_key())


def test_message_on_another_kiosks_topic_is_refused() -> None:
    for name in FILES:
        topic, payload = read(name)
        message = open_message(topic.replace("dukcapil-01", "dukcapil-02"), payload)
        with pytest.raises(BadSignature):
            verify_signature(message.checkpoint, signer_of(message))


def test_key_of_somebody_else_is_refused() -> None:
    for name in FILES:
        message = golden(name)
        other = kiosk_key() if message.kind in FROM_COLLECTOR else public(COLLECTOR)
        for key in (other, public(STRANGER), b"", bytes(32)):
            with pytest.raises(BadSignature):
                verify_signature(message.checkpoint, key)


def test_epoch_of_another_key_is_refused() -> None:
    """The stranger's signature is right, but the epoch is not the stranger's."""
    checkpoint = golden(STATUS).checkpoint
    signature = STRANGER.sign(checkpoint.signed_text)
    with pytest.raises(BadSignature, match="another epoch"):
        verify_signature(dataclasses.replace(checkpoint, signature=signature), public(STRANGER))


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b"\n"), (b"", b" "), (b" ", b""), (b"\n", b"")]
)
def test_space_around_the_body_is_signed_too(before: bytes, after: bytes) -> None:
    topic, payload = with_body(STATUS, before + compact(golden(STATUS).body) + after)
    message = open_message(topic, payload)
    with pytest.raises(BadSignature):
        verify_signature(message.checkpoint, kiosk_key())


# The chain


def swap_votes(body: dict[str, Any]) -> None:
    body["votes"][0], body["votes"][1] = body["votes"][1], body["votes"][0]


BROKEN_BATCHES = [
    put("votes.1.seq", 1),
    put("votes.1.seq", 3),
    put("votes.3.seq", 5),
    swap_votes,
    lambda body: body["votes"].pop(1),
    lambda body: body["votes"].insert(1, body["votes"][1]),
    put("votes.0.time", HEX),
    put("votes.0.fine.tsalt", "0f" * 16),
    put("votes.0.fine.wall", 1763860507124),
    put("votes.0.fine.clock", "unsynced"),
    put("votes.0.fine.boot", "0f" * 16),
    put("votes.0.fine.up", 817401),
]


@pytest.mark.parametrize("edit", BROKEN_BATCHES)
def test_batch_that_breaks_its_own_chain_is_refused(edit: Edit) -> None:
    with pytest.raises(BrokenChain):
        open_message(*edited(FIRST, edit))


def test_hello_with_another_key_or_genesis_is_refused() -> None:
    with pytest.raises(BrokenChain):
        open_message(*edited(HELLO, put("key", public(STRANGER).hex())))
    with pytest.raises(BrokenChain):
        open_message(*edited(HELLO, put("seq", 0)))
    start = golden_chain().heads[0]
    open_message(*edited(HELLO, lambda body: body.update(seq=0, head=start, oldest=0)))


def test_chain_with_a_hole_is_refused() -> None:
    chain = Chain.from_genesis("dukcapil-01", kiosk_key())
    with pytest.raises(BrokenChain, match="does not reach vote 4"):
        chain.add(golden(NEXT))
    with pytest.raises(BrokenChain, match="does not reach vote 6"):
        chain.check(golden(HELLO).checkpoint)


def test_signed_batch_must_continue_the_chain() -> None:
    chain = Chain.from_genesis("ours", public(STRANGER))
    start = chain.heads[0]
    chain.add(our_batch(1, 3, start))
    chain.add(our_batch(3, 4, chain.heads[2]))
    assert max(chain.heads) == 6
    before = dict(chain.heads)
    for batch in (
        our_batch(7, 1, HEX),
        our_batch(7, 1, before[5]),
        our_batch(8, 1, before[6]),
        our_batch(1, 1, HEX),
    ):
        with pytest.raises(BrokenChain):
            chain.add(batch)
    assert chain.heads == before


def test_signed_overlap_must_agree() -> None:
    chain = Chain.from_genesis("ours", public(STRANGER))
    chain.add(our_batch(1, 3, chain.heads[0]))
    body = copy.deepcopy(our_batch(3, 2, chain.heads[2]).body)
    body["votes"][0]["face"] = "smile"
    with pytest.raises(BrokenChain, match="another head after vote 3"):
        chain.add(signed(STRANGER, "senyum/1/ours/votes", body))
    assert max(chain.heads) == 3


def test_chain_of_another_kiosk_or_epoch_is_refused() -> None:
    for chain in (
        Chain.from_genesis("dukcapil-02", kiosk_key()),
        Chain.from_genesis("dukcapil-01", public(STRANGER)),
    ):
        with pytest.raises(BrokenChain, match="another kiosk or epoch"):
            chain.add(golden(FIRST))
        with pytest.raises(BrokenChain, match="another kiosk or epoch"):
            chain.check(golden(FIRST).checkpoint)


# The form


BAD_FIELDS: list[tuple[str, str, list[Any]]] = [
    (HELLO, "v", [0, 2, "1", True, None, 1.0]),
    (HELLO, "epoch", [HEX[1:], HEX + "0", HEX.upper(), HEX[:-1] + "g", HEX + "\n", 5, None]),
    (HELLO, "key", [HEX.upper(), None]),
    (HELLO, "seq", [-1, 2**53, 10**30, 6.0, 0.5, "6", True, None, [6]]),
    (HELLO, "head", ["", None]),
    (HELLO, "oldest", [-1, None]),
    (HELLO, "nonce", [HEX, "", None]),
    (HELLO, "sent", [None, [], 0, {}]),
    (HELLO, "sent.boot", ["3f3f3f3f-3f3f-3f3f-3f3f-3f3f3f3f3f3f", None]),
    (HELLO, "sent.up", [-1, 0.5, 2**53, None]),
    (HELLO, "sent.wall", [-1, "0", None]),
    (HELLO, "sent.clock", ["Synced", "", True, None, []]),
    (HELLO, "firmware", ["x" * 65, 1, None]),
    (FIRST, "prev", [HEX.upper(), None]),
    (FIRST, "votes", [[], {}, None, [None], [[]]]),
    (FIRST, "votes.0.seq", [0, -1, 2**53, 1.0, "1", True, None]),
    (FIRST, "votes.0.face", ["", "Smile", "-smile", "smile-", "a--b", "a_b", "x" * 33, "é", None]),
    (FIRST, "votes.0.question", ["pelayanan\n", "dua kata", 1, None]),
    (FIRST, "votes.1.replaces", [0, -1, "1", True, 1.0]),
    (NEXT, "votes.1.origin", ["-", [], {}, {"epoch": HEX}, {"seq": 1}]),
    (NEXT, "votes.1.origin.epoch", [HEX.upper(), None]),
    (NEXT, "votes.1.origin.seq", [0, "41", None]),
    (FIRST, "votes.0.test", [0, 1, "false", None]),
    (FIRST, "votes.0.quarter", [1763860501, -900, "1763860500", 1763860500.0, 900 * 2**53]),
    (FIRST, "votes.0.salt", [HEX, "", None]),
    (FIRST, "votes.0.time", ["", None]),
    (FIRST, "votes.0.fine", [[], {}, "", 0]),
    (FIRST, "votes.0.fine.tsalt", ["", None]),
    (FIRST, "votes.0.fine.wall", [-1, None]),
    (FIRST, "votes.0.fine.up", [0.5, None]),
    (FIRST, "votes.0.fine.clock", ["", None]),
    (FIRST, "votes.0.fine.boot", ["", None]),
    (RECEIPT, "status", ["OK", "", None, 0]),
    (RECEIPT, "through", [-1, 2**53, "4", None]),
    (RECEIPT, "time", [-1, 0.5, None]),
    (HEALTH, "counters", [None, [], {}]),
    (HEALTH, "counters.too_soon", [-1, None]),
    (HEALTH, "queue", [-1, None]),
    (HEALTH, "stuck", [None, "smile", ["Smile"], [1], ["smile"] * 9]),
    (HEALTH, "disk_free", [-1, 0.5, "1"]),
    (HEALTH, "temperature", [48.312, "48312", True]),
    (STATUS, "state", ["Online", "", None]),
    (STATUS, "birth", [-1, None]),
]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [(name, path, value) for name, path, values in BAD_FIELDS for value in values],
)
def test_wrong_type_or_range_is_refused(name: str, path: str, value: object) -> None:
    with pytest.raises(BadForm):
        open_message(*edited(name, put(path, value)))


@pytest.mark.parametrize("name", COMPACT)
def test_every_field_must_be_there(name: str) -> None:
    for field in golden(name).body.keys() - MAY_BE_LEFT_OUT:
        with pytest.raises(BadForm, match=f"{field} is missing"):
            open_message(*edited(name, take(field)))


@pytest.mark.parametrize("place", ["votes.0", "votes.0.fine", "sent"])
def test_every_inner_field_must_be_there(place: str) -> None:
    for field in find(golden(FIRST).body, place.split(".")):
        with pytest.raises(BadForm, match=f"{field} is missing"):
            open_message(*edited(FIRST, take(f"{place}.{field}")))


def test_allowed_values_are_allowed() -> None:
    for name, path, value in (
        (HELLO, "seq", 2**53 - 1),
        (HELLO, "firmware", "~ " * 32),
        (HELLO, "later", {"deep": [1.5, -1, 10**400, None]}),
        (FIRST, "sent.later", None),
        (FIRST, "votes.0.later", "x"),
        (FIRST, "votes.0.fine.later", "x"),
        (FIRST, "votes.0.face", "very-" + "x" * 27),
        (HEALTH, "disk_free", None),
        (HEALTH, "temperature", None),
        (HEALTH, "stuck", ["smile"] * 8),
    ):
        open_message(*edited(name, put(path, value)))


ODD_BODIES = [
    b"",
    b"null",
    b"[]",
    b"1",
    b'"x"',
    b"{}",
    b"{} {}",
    b"[" * 200_000,
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
]


@pytest.mark.parametrize("body", ODD_BODIES)
def test_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadForm):
        open_message(*with_body(STATUS, body))


ODD_WRITINGS = [
    (b'"birth":3', b'"birth":3.0'),
    (b'"birth":3', b'"birth":3e0'),
    (b'"birth":3', b'"birth":03'),
    (b'"birth":3', b'"birth":+3'),
    (b'"birth":3', b'"birth":' + b"9" * 5000),
    (b'"birth":3', b'"birth":3,"later":NaN'),
    (b'"birth":3', b'"birth":3,"later":[Infinity]'),
    (b'"birth":3', b'"birth":3,"later":-Infinity'),
    (b'"birth":3', b'"birth":3,"birth":3'),
    (b'"birth":3', b'"birth":3,"birt\\u0068":3'),
    (b'"birth":3', b'"birth":3,"later":{"a":1,"a":1}'),
    (b'"birth":3', b'"birth":3,'),
    (b'"birth":3', b'"birth":3,"later":"\xff"'),
    (b'"birth":3', b'"birth":3,"later":"\xed\xa0\x80"'),
    (b'"birth":3', b'"birth":3,"later":"\n"'),
]


@pytest.mark.parametrize(("old", "new"), ODD_WRITINGS)
def test_odd_json_is_refused(old: bytes, new: bytes) -> None:
    topic, payload = read(STATUS)
    assert payload.count(old) == 1
    with pytest.raises(BadForm):
        open_message(topic, payload.replace(old, new))


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "senyum/1/dukcapil-01/status/x",
        "/senyum/1/dukcapil-01/status",
        "senyum/2/dukcapil-01/status",
        "senyum/1//status",
        "senyum/1/Dukcapil/status",
        "senyum/1/dukcapil-/status",
        "senyum/1/dukcapil-01\n/status",
        "senyum/1/" + "x" * 33 + "/status",
        "senyum/1/dukcapil-01/config",
        "senyum/1/dukcapil-01/hello",
        "senyum/1/dukcapil-01/status\n",
    ],
)
def test_wrong_topic_is_refused(topic: str) -> None:
    _, payload = read(STATUS)
    with pytest.raises(BadForm):
        open_message(topic, payload)


HEADERS = [
    (b"senyum/1 ", b"senyum/2 ", UnknownVersion),
    (b"senyum/1 ", b"senyum/10 ", UnknownVersion),
    (b"senyum/1 status", b"senyum/2 anything at all", UnknownVersion),
    (b"Ed25519", b"Ed448", UnknownVersion),
    (b"Ed25519", b"ed25519", UnknownVersion),
    (b"senyum/1 ", b"senyum/1  ", BadForm),
    (b"senyum/1 ", b"SENYUM/1 ", BadForm),
    (b"senyum/1 ", b" senyum/1 ", BadForm),
    (b"senyum/1 ", b"\xef\xbb\xbfsenyum/1 ", BadForm),
    (b" status ", b" hello ", BadForm),
    (b"Ed25519 ", b"Ed25519\t", BadForm),
    (b"Ed25519 8", b"Ed25519 ", BadForm),
    (b"Ed25519 8", b"Ed25519 88", BadForm),
    (b"Ed25519 809b", b"Ed25519 809B", BadForm),
    (b"\n", b"\r\n", BadForm),
    (b"\n", b" \n", BadForm),
    (b"\n", b"", BadForm),
    (b"\n", b" ", BadForm),
]


@pytest.mark.parametrize(("old", "new", "refusal"), HEADERS)
def test_wrong_header_is_refused(old: bytes, new: bytes, refusal: type[Refused]) -> None:
    topic, payload = read(STATUS)
    assert old in payload
    with pytest.raises(refusal):
        open_message(topic, payload.replace(old, new, 1))


def test_size_has_a_limit() -> None:
    topic, payload = read(STATUS)
    longest = payload + b" " * (262_144 - len(payload))
    open_message(topic, longest)
    with pytest.raises(BadForm, match="262144"):
        open_message(topic, longest + b" ")


def test_number_of_votes_has_a_limit() -> None:
    assert len(our_batch(1, 500, HEX).body["votes"]) == 500
    with pytest.raises(BadForm, match="1 to 500"):
        our_batch(1, 501, HEX)


def test_seq_has_a_limit() -> None:
    our_batch(2**53 - 1, 1, HEX)
    with pytest.raises(BadForm, match="seq"):
        our_batch(2**53 - 1, 2, HEX)
