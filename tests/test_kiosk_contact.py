"""Debouncing one contact."""

from kiosk.contact import Contact


def test_a_level_counts_after_it_was_stable_for_the_whole_time() -> None:
    contact = Contact(20, down=False)
    contact.edge(True, 100)
    assert contact.due() == 120
    assert not contact.settle(119)
    assert contact.settle(120)
    assert (contact.down, contact.since, contact.due()) == (True, 100, None)


def test_a_bounce_begins_the_wait_anew() -> None:
    contact = Contact(20, down=False)
    for at, down in ((100, True), (104, False), (109, True)):
        contact.edge(down, at)
    assert not contact.settle(128)
    assert contact.settle(129)
    assert contact.since == 109


def test_a_touch_shorter_than_the_debounce_is_nothing() -> None:
    contact = Contact(20, down=False)
    contact.edge(True, 100)
    contact.edge(False, 115)
    assert contact.due() is None
    assert not contact.settle(1000)
    assert not contact.down


def test_a_gap_shorter_than_the_debounce_does_not_release() -> None:
    contact = Contact(20, down=True)
    contact.edge(False, 100)
    contact.edge(True, 110)
    assert not contact.settle(1000)
    assert contact.down


def test_an_edge_that_was_lost_is_a_bounce() -> None:
    contact = Contact(20, down=False)
    contact.edge(True, 100)
    contact.edge(True, 110)  # it must have been up in between
    assert contact.due() == 130
