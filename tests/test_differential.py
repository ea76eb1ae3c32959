"""Two decoders, written apart, agree on every message: both take it for the same, or both refuse.

Where they do not, one of them or docs/wire.md is wrong.
"""

from hypothesis import given, settings

from kiosk import wire
from tests import independent, mutations
from tests.effort import examples
from tests.mutations import Sealed

Understood = tuple[str, int, str, str, bytes] | None  # what a signature vouches for; None: refused


def ours(topic: str, payload: bytes) -> Understood:
    try:
        letter = wire.unseal(topic, payload)
    except wire.WireError:
        return None
    return (*letter.checkpoint, letter.digest, letter.signature)


def theirs(topic: str, payload: bytes) -> Understood:
    try:
        at = independent.open_message(topic, payload).checkpoint
    except independent.Refused:
        return None
    return at.epoch, at.seq, at.head, at.body_hash, at.signature


@settings(max_examples=examples(2000), deadline=None)
@given(sealed=mutations.messages())
def test_both_decoders_say_the_same(sealed: Sealed) -> None:
    assert ours(*sealed) == theirs(*sealed)


def test_some_messages_that_are_changed_are_still_messages() -> None:
    """Else the test above would compare refusals only."""
    assert ours(*mutations.SAMPLES[0]) is not None
    topic, payload = mutations.SAMPLES[0]
    assert ours(topic, payload.replace(b"{", b'{"later":[1],', 1)) is not None
