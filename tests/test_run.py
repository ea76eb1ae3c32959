"""`senyum-collector run`: three processes in one terminal, started again when one dies."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from collector.app import one_machine
from collector.broker import BrokerError, free_port, takes_messages
from collector.config import BrokerSection, Config
from collector.programs import program

PATIENCE = 60.0

pytestmark = pytest.mark.slow


class Run:
    """The command with a data folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.broker, self.web = free_port(), free_port()
        self._log = (folder / "log").open("wb")
        config = folder / "collector.toml"
        config.write_text(f"[broker]\nport = {self.broker}\n[web]\nport = {self.web}\n")
        command = [program("senyum-collector"), "--config", str(config), "--data", str(folder)]
        self.process = subprocess.Popen([*command, "run"], stderr=self._log)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()

    def children(self) -> dict[str, int]:
        """Process ids by the last word of the command."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        words = {int(pid): _command(int(pid)) for pid in task.read_text().split()}
        return {words[pid][-2]: pid for pid in words if len(words[pid]) > 1}

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.web}/health", timeout=5) as answer:
                return answer.status == 200
        except (URLError, ConnectionError):
            return False


def _command(pid: int) -> list[str]:
    """Of a process that may have ended since it was listed; then empty."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    yield run
    run.close()


def _wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_all_of_it_runs_heals_and_stops(run):
    _wait(lambda: takes_messages(run.broker) and run.answers())
    first = run.children()["ingest"]
    subprocess.run(["kill", "-9", str(first)], check=True)
    _wait(lambda: run.children().get("ingest", first) != first)
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(PATIENCE) == 0
    assert not takes_messages(run.broker)
    assert not run.answers()


@pytest.mark.parametrize(
    "broker",
    [
        BrokerSection(host="broker.banjarkab.go.id"),
        BrokerSection(user="kolektor"),
        BrokerSection(ca_file="/etc/senyum/ca.pem"),
    ],
)
def test_a_broker_of_ones_own_is_not_embedded(broker):
    with pytest.raises(BrokerError, match="beside a broker of your own"):
        one_machine(Config(broker=broker), [])
