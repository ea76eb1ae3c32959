"""Whatever bytes arrive: a message or a WireError, soon, and in little memory."""

import contextlib
import itertools
import json
import time
import tracemalloc
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from kiosk import wire
from tests import mutations
from tests.effort import examples
from tests.mutations import Sealed

TOPIC, SAMPLE = next(each for each in mutations.SAMPLES if each[0].endswith("/status"))
HEADER = SAMPLE.partition(b"\n")[0] + b"\n"
ROOM = wire.MAX_BYTES - len(HEADER)

MEMORY_TIMES = 40  # of the payload's size
CPU_SECONDS = 1.0  # for the largest payload; the slowest takes about a tenth of that


def refused_or_read(topic: str, payload: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        wire.unseal(topic, payload)


topics = st.text(max_size=60) | st.builds(
    "senyum/1/{}/{}".format,
    st.text(max_size=40) | st.just("dukcapil-01"),
    st.sampled_from(["hello", "votes", "receipt", "health", "status", "config"]) | st.text(),
)


@settings(max_examples=examples(300))
@given(topic=topics, payload=st.binary(max_size=300) | st.binary(max_size=300).map(HEADER.__add__))
@example("senyum/1/\ud800/hello", b"")
@example("senyum/1/dukcapil-01/hello\x00", SAMPLE)
def test_any_bytes_on_any_topic(topic: str, payload: bytes) -> None:
    refused_or_read(topic, payload)


@settings(max_examples=examples(1000), deadline=None)
@given(sealed=mutations.messages())
def test_messages_that_are_nearly_right(sealed: Sealed) -> None:
    refused_or_read(*sealed)


# ---------------------------------------------------------------- the worst of the largest


def filled(begin: bytes, item: Callable[[int], bytes], end: bytes) -> bytes:
    """As many items as fit into the largest body."""
    room, items = ROOM - len(begin) - len(end), []
    for number in itertools.count():
        items.append(item(number))
        room -= len(items[-1])
        if room < 0:
            return begin + b"".join(items[:-1]) + end
    raise AssertionError


KNOWN = json.loads(SAMPLE.partition(b"\n")[2])
AS_SENT = json.dumps(KNOWN).encode()[:-1]
LATER = AS_SENT + b',"later":'

WORST = {
    "lists": filled(LATER + b"[", lambda _: b"[],", b"0]}"),
    "objects": filled(LATER + b"[", lambda _: b"{},", b"0]}"),
    "objects with a key": filled(LATER + b"[", lambda _: b'{"":0},', b"0]}"),
    "short texts": filled(
        LATER + b"[", lambda n: json.dumps(chr(0x100 + n % 999)).encode() + b",", b"0]}"
    ),
    "names": filled(AS_SENT, lambda n: b',"%x":0' % n, b"}"),
    "fractions": filled(LATER + b"[", lambda _: b".5,".join([b"0", b""]), b"0]}"),
    "one number": filled(LATER, lambda _: b"9", b"}"),
    "one fraction": filled(LATER + b"0.", lambda _: b"9", b"}"),
    "one exponent": filled(LATER + b"1e", lambda _: b"9", b"}"),
    "one text": filled(LATER + b'"', lambda _: b"a", b'"}'),
    "escapes": filled(LATER + b'"', lambda _: b"\\u20ac", b'"}'),
    "one name": filled(AS_SENT + b',"', lambda _: b"a", b'":0}'),
    "open lists": filled(LATER, lambda _: b"[", b""),
    "open objects": filled(LATER, lambda _: b'{"a":', b""),
    "lists in lists": LATER + b"[" * (ROOM // 3) + b"]" * (ROOM // 3) + b"}",
    "blanks": filled(AS_SENT, lambda _: b" ", b"}"),
    "a number that is known": filled(AS_SENT + b',"birth":', lambda _: b"9", b"}"),
    "votes": filled(b'{"votes":[', lambda _: b'{"seq":1},', b"{}]}"),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_body_costs_little(name: str) -> None:
    payload = HEADER + WORST[name]
    assert len(payload) <= wire.MAX_BYTES
    refused_or_read(TOPIC, payload)  # what is made once and kept is not counted
    began = time.process_time()
    refused_or_read(TOPIC, payload)
    assert time.process_time() - began < CPU_SECONDS
    assert peak(payload) < MEMORY_TIMES * len(payload)


def peak(payload: bytes) -> int:
    tracemalloc.start()
    try:
        refused_or_read(TOPIC, payload)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_is_too_large_is_not_looked_at() -> None:
    payload = HEADER + WORST["lists"] + b" " * wire.MAX_BYTES
    assert peak(payload) < 10_000


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("depth", [31, 100, 500, 1000, 10_000])
def test_nesting_is_read_or_refused_at_any_depth(opening: bytes, depth: int) -> None:
    depth = min(depth, ROOM // (2 * len(opening)) - 100)
    closing = opening.translate(bytes.maketrans(b"[{", b"]}"), b'"a:')[::-1]
    refused_or_read(TOPIC, HEADER + LATER + opening * depth + b"0" + closing * depth + b"}")
