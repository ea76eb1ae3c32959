"""`senyum-collector web` as a process: it serves, tells systemd, and ends when asked."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.ledger.store import open_ledger

PROGRAM = [sys.executable, "-c", "from collector.cli import main; main()"]


@pytest.fixture
def notices(tmp_path: Path) -> Iterator[socket.socket]:
    """What systemd would be told."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(60)
        yield sock


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_it_serves_until_it_is_asked_to_end(tmp_path: Path, notices: socket.socket) -> None:
    open_ledger(tmp_path / "ledger.db").close()
    port = free_port()
    process = subprocess.Popen(
        [*PROGRAM, "--data", tmp_path, "web"],
        env={"SENYUM_WEB_PORT": str(port), "NOTIFY_SOCKET": str(tmp_path / "notify")},
        stderr=subprocess.PIPE,
    )
    try:
        assert notices.recv(100) == b"READY=1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
            assert json.load(answer)["ok"] is True
            assert "Server" not in answer.headers  # nobody needs to know what serves
        process.send_signal(signal.SIGTERM)
        assert notices.recv(100) == b"STOPPING=1"
        assert process.wait(20) == 0
    finally:
        process.kill()
        _, errors = process.communicate()
    assert b"Traceback" not in errors


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = subprocess.run(
            [*PROGRAM, "--data", tmp_path, "web"],
            env={"SENYUM_WEB_PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr
