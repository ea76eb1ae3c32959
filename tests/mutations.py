"""Messages that are nearly right: golden ones with bytes, values and fields changed.

Whatever a fuzzer or an attacker would try first. Nothing nests deeper than the document allows, so
that two decoders have to agree on every one of them (tests/test_differential.py).
"""

import json
from typing import Final

import hypothesis.strategies as st

from tests import golden

Sealed = tuple[str, bytes]

SAMPLES: Final = [
    (topic.decode(), payload)
    for topic, _, payload in (
        file.read_bytes().partition(b"\n") for file in sorted(golden.FOLDER.glob("*.msg"))
    )
]

# Spellings of values: right, nearly right, and wrong in each way that JSON and the document know.
SPELLINGS: Final = [
    *(b"null", b"true", b"false", b"0", b"1", b"-0", b"-1", b"01", b"+1", b"1.0", b"1e0", b"0.5"),
    *(
        b"900",
        b"9007199254740991",
        b"9007199254740992",
        b"-9007199254740991",
        b"9007199254740991.0",
    ),
    *(
        b"18446744073709551616",
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"1e999",
        b"1e-999",
        b"0." + b"9" * 400,
    ),
    *(b"NaN", b"Infinity", b"-Infinity", b"nul", b"", b"[]", b"{}", b"[1,]", b'{"a":1,"a":2}'),
    *(b'"', b'""', b'"a"', b'"A"', b'"a-b"', b'"a--b"', b'"-a"', b'"a\\n"', b'"\n"', b'"\\u0061"'),
    *(
        b'"\xc3\xa9"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00a"',
        b'"\\ud83d\\ude00"',
    ),
    *(
        b'"' + b"a" * 32 + b'"',
        b'"' + b"a" * 33 + b'"',
        b'"' + b"ab" * 32 + b'"',
        b'"\\x"',
        b'"\x00"',
    ),
    *(b'"smile"', b'"synced"', b'"ok"', b'"online"', b"1 ", b"/**/1", b"[" * 28 + b"]" * 28),
]
BLANKS: Final = [b" ", b"\n", b"\t", b"\r", b"\x0b", b"\xc2\xa0", b"\xef\xbb\xbf", b"\x00"]

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def messages(draw: st.DrawFn) -> Sealed:
    """Topic and payload: one to four changes of a golden message."""
    topic, payload = draw(st.sampled_from(SAMPLES))
    header, _, body = payload.partition(b"\n")
    for _ in range(draw(st.integers(1, 4))):
        body = draw(st.sampled_from([respelled, extended, blanked, sliced, flipped]))(draw, body)
    if draw(st.integers(0, 9)) == 0:
        header = flipped(draw, header)
    return topic, header + b"\n" + body


def respelled(draw: st.DrawFn, body: bytes) -> bytes:
    """Another value in the place of one."""
    colons = [place for place, byte in enumerate(body) if byte == ord(":")]
    if not colons:
        return body
    begin = draw(st.sampled_from(colons)) + 1
    ends = [place for place in range(begin, len(body)) if body[place] in b",}]"]
    end = ends[0] if ends else len(body)
    return body[:begin] + draw(st.sampled_from(SPELLINGS)) + body[end:]


def extended(draw: st.DrawFn, body: bytes) -> bytes:
    """A field more: one that is not known, or one that is there already."""
    braces = [place + 1 for place, byte in enumerate(body) if byte == ord("{")]
    if not braces:
        return body
    place = draw(st.sampled_from(braces))
    name = json.dumps(draw(st.sampled_from(["later", "v", "seq", "fine", "é"]))).encode()
    spelt = draw(st.sampled_from(SPELLINGS) | values.map(_as_json))
    return body[:place] + name + b":" + spelt + b"," + body[place:]


def _as_json(value: object) -> bytes:
    return json.dumps(value).encode()  # NaN and Infinity as Python spells them


def blanked(draw: st.DrawFn, body: bytes) -> bytes:
    place = draw(st.integers(0, len(body)))
    return body[:place] + draw(st.sampled_from(BLANKS)) + body[place:]


def sliced(draw: st.DrawFn, body: bytes) -> bytes:
    """A piece is gone, or stands there twice."""
    begin = draw(st.integers(0, len(body)))
    end = draw(st.integers(begin, min(len(body), begin + 60)))
    return body[:end] + body[begin:] if draw(st.booleans()) else body[:begin] + body[end:]


def flipped(draw: st.DrawFn, body: bytes) -> bytes:
    if not body:
        return body
    place = draw(st.integers(0, len(body) - 1))
    changed = body[place] ^ draw(st.integers(1, 255))
    return body[:place] + bytes([changed]) + body[place + 1 :]
