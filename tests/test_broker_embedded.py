"""The embedded broker: nothing to install, loopback only, and no damage keeps it from starting."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.broker import LOOPBACK, Broker, BrokerError, free_port, takes_messages
from collector.supervise import end


@pytest.fixture
def broker(tmp_path):
    return Broker(tmp_path / 'a "földer"', free_port())


@pytest.fixture
def started(broker):
    """Start the broker as often as the test likes; all of them are ended."""
    processes = []

    def start():
        processes.append(broker.start())
        return processes[-1]

    yield start
    end(processes, grace=5)


def test_a_started_broker_takes_messages_until_it_is_stopped(broker, started):
    process = started()
    assert all(takes_messages(broker.port) for _ in range(20))
    assert broker.healthy()
    end([process])
    assert not takes_messages(broker.port)


def test_it_listens_on_loopback_only(broker, started):
    pid = started().pid
    assert _listening(pid) == {LOOPBACK}


def test_it_starts_again_with_what_a_kill_left(broker, started):
    process = started()
    process.kill()
    process.wait()
    started()
    assert not broker.set_aside.exists()


def _a_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("not a folder")


DAMAGES = {
    "the store is a file": _a_file,
    "jetstream is a file": lambda store: _a_file(store / "jetstream"),
    "the account is a file": lambda store: _a_file(store / "jetstream" / "$G"),
    "a dangling link": lambda store: store.symlink_to(store / "nowhere"),
}


@pytest.mark.fault(3, how="files of the embedded broker damaged; it starts empty")
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_store_is_set_aside(broker, started, damage):
    broker.folder.mkdir(parents=True)
    damage(broker.store)
    started()
    assert broker.healthy()
    assert broker.set_aside.exists() or broker.set_aside.is_symlink()


def test_only_the_latest_damaged_store_is_kept(broker, started):
    _a_file(broker.set_aside / "older")
    _a_file(broker.store)
    started()
    assert broker.set_aside.is_file()


def test_a_store_full_of_rubbish_does_not_keep_it_from_starting(broker, started):
    end([started()])
    files = [path for path in broker.store.rglob("*") if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(b"rubbish" * 20)
    started()
    assert broker.healthy()


def test_a_broker_that_listens_and_does_not_answer_is_noticed(broker, started, monkeypatch):
    monkeypatch.setattr("collector.broker.ANSWER_SECONDS", 0.2)
    process = started()
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # the kernel stops one thread after the other
    assert not broker.healthy()
    process.send_signal(signal.SIGCONT)
    monkeypatch.undo()
    assert broker.healthy()


def test_a_taken_port_is_named(broker):
    with socket.socket() as other:
        other.bind((LOOPBACK, broker.port))
        other.listen()
        with pytest.raises(BrokerError, match=rf"port {broker.port}.*another broker\.port"):
            broker.start()


def test_a_broker_that_cannot_start_tells_its_last_word(broker, monkeypatch):
    monkeypatch.setattr("collector.broker.PAYLOAD_BYTES", "a lot")
    with pytest.raises(BrokerError, match="last word"):
        broker.start()


def test_somebody_else_who_listens_does_not_pass_for_a_broker():
    with socket.create_server((LOOPBACK, 0)) as other:

        def accept_and_hang_up() -> None:
            other.accept()[0].close()

        hang_up = threading.Thread(target=accept_and_hang_up)
        hang_up.start()
        assert not takes_messages(other.getsockname()[1])
        hang_up.join()


def _listening(pid: int) -> set[str]:
    """The IPv4 addresses on which a process listens; IPv6 ones as the kernel's hex."""
    inodes = set(_sockets(pid))
    tables = [Path(f"/proc/{pid}/net/{table}").read_text() for table in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    return {_address(row[1]) for row in rows if row[3] == "0A" and row[9] in inodes}


def _sockets(pid: int) -> Iterator[str]:
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed in the meantime
            kind, _, inode = link.readlink().name.partition(":")
            if kind == "socket":
                yield inode.strip("[]")


def _address(field: str) -> str:
    address = field.partition(":")[0]
    return socket.inet_ntoa(bytes.fromhex(address)[::-1]) if len(address) == 8 else address
