"""Waiting between tries."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.backoff import Backoff


def test_the_ceiling_doubles_up_to_the_top():
    backoff = Backoff(random=lambda: 1.0, floor=1, top=10)
    assert [backoff.failed() for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_success_begins_anew():
    backoff = Backoff(random=lambda: 1.0)
    backoff.failed()
    backoff.failed()
    backoff.worked()
    assert backoff.failed() == 1


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=50))
def test_a_wait_is_never_negative_and_never_above_the_top(shares):
    draws = iter(shares)
    backoff = Backoff(random=lambda: next(draws), top=60)
    assert all(0 <= backoff.failed() < 60 for _ in shares)


def test_two_kiosks_wait_differently():
    one, other = (Backoff(random=lambda share=share: share) for share in (0.1, 0.7))
    assert one.failed() != other.failed()
