"""The gate at the login: how often one may try, and for how long one waits."""

from threading import Barrier, Thread

from collector.web.attempts import KEYS, Attempts, Gate


def test_after_so_many_attempts_one_waits_until_the_first_is_forgotten() -> None:
    attempts = Attempts(most=3, window=60)
    assert [attempts.begin("siti", now) for now in (0, 10, 20)] == [0, 0, 0]
    assert attempts.begin("siti", 30) == 30
    assert attempts.begin("siti", 59.5) == 0.5
    assert attempts.begin("siti", 60) == 0


def test_waiting_does_not_prolong_the_wait() -> None:
    attempts = Attempts(most=1, window=60)
    attempts.begin("siti", 0)
    for now in range(1, 60):
        assert attempts.begin("siti", now) == 60 - now
    assert attempts.begin("siti", 60) == 0


def test_a_success_is_no_attempt_against_anybody() -> None:
    attempts = Attempts(most=1, window=60)
    for now in range(10):
        assert attempts.begin("siti", now) == 0
        attempts.succeeded("siti")


def test_many_at_once_get_no_more_tries_than_one_by_one() -> None:
    attempts, barrier, waits = Attempts(most=5, window=60), Barrier(20), []

    def attempt() -> None:
        barrier.wait()
        waits.append(attempts.begin("siti", 0))

    threads = [Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waits.count(0) == 5


def test_a_flood_of_names_is_forgotten_and_those_who_wait_are_not() -> None:
    attempts = Attempts(most=1, window=60)
    for number in range(KEYS):
        attempts.begin(f"guess {number}", 0)
    attempts.begin("siti", 50)
    assert attempts.begin("budi", 61) == 0
    assert attempts.begin("siti", 61) == 49
    assert attempts.known < 10


def test_one_name_is_closed_for_one_address_only() -> None:
    gate = Gate()
    for _ in range(Gate.PER_NAME):
        assert gate.begin("siti", "10.0.0.7", 0) == 0
    assert gate.begin("siti", "10.0.0.7", 0) > 0
    assert gate.begin("siti", "10.0.0.8", 0) == 0
    assert gate.begin("budi", "10.0.0.7", 0) == 0


def test_one_address_may_not_try_all_names() -> None:
    gate = Gate()
    waits = [gate.begin(f"guess {number}", "10.0.0.7", 0) for number in range(60)]
    assert waits.count(0) == Gate.PER_ADDRESS
