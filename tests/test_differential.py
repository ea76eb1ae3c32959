"""Two decoders, written apart, agree on every message: both take it for the same, or both refuse.

Where they do not, one of them or docs/wire.md is wrong. `make fuzz` looks for more (target
`agreement`).
"""

import pytest
from hypothesis import given, settings

from tests import mutations
from tests.effort import examples
from tests.fuzz import targets
from tests.mutations import Sealed


def as_file(topic: str, payload: bytes) -> bytes:
    return topic.encode() + b"\n" + payload


@settings(max_examples=examples(2000), deadline=None)
@given(sealed=mutations.messages())
def test_both_decoders_say_the_same(sealed: Sealed) -> None:
    targets.agreement(as_file(*sealed))


@pytest.mark.parametrize("sealed", mutations.SAMPLES, ids=lambda sealed: sealed[0])
def test_both_understand_what_is_right(sealed: Sealed) -> None:
    assert targets.ours(*sealed) == targets.theirs(*sealed) is not None


def test_a_disagreement_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "theirs", lambda _topic, _payload: None)
    with pytest.raises(targets.Disagreement):
        targets.agreement(as_file(*mutations.SAMPLES[0]))
