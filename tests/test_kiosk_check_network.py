"""senyum-kiosk check on its way to the collector: real brokers, TLS, accounts, and a real vote."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from kiosk import config
from kiosk.check.login import login
from kiosk.check.testvote import vote
from kiosk.clock import SystemClock
from kiosk.config import BrokerSection
from tests.brokers import HOST, Mosquitto, Nats, free_port
from tests.certificates import certificates
from tests.notrun import not_run
from tests.whole import BIN, Whole, until

KIOSK = "uji-01"
PANEL = 12345  # a user of its own


def password_file(folder: Path, **accounts: str) -> Path:
    file = folder / "accounts"
    file.touch(mode=0o600)
    for user, password in accounts.items():
        subprocess.run(["mosquitto_passwd", "-b", str(file), user, password], check=True)
    return file


def secret(folder: Path, password: str) -> str:
    file = folder / f"password-{password}"
    file.write_text(f"{password}\n")
    return str(file)


# ---------------------------------------------------------------- login


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    known = password_file(tmp_path, **{KIOSK: "benar"})
    with Mosquitto(tmp_path, f"password_file {known}", "allow_anonymous false") as broker:
        yield broker


def test_the_right_password_lets_in(guarded: Mosquitto, tmp_path: Path) -> None:
    at = BrokerSection(
        host=HOST, port=guarded.port, user=KIOSK, password_file=secret(tmp_path, "benar")
    )
    line = login(KIOSK, at)
    assert line.ok
    assert line.said.startswith(f"as {KIOSK}")


def test_a_wrong_password_is_told_in_words(guarded: Mosquitto, tmp_path: Path) -> None:
    at = BrokerSection(
        host=HOST, port=guarded.port, user=KIOSK, password_file=secret(tmp_path, "salah")
    )
    line = login(KIOSK, at)
    assert not line.ok
    assert "wrong user or password" in line.said
    assert "broker.password_file" in line.do


def test_no_account_at_all_is_told_in_words(guarded: Mosquitto) -> None:
    line = login(KIOSK, BrokerSection(host=HOST, port=guarded.port))
    assert not line.ok
    assert "wrong user or password" in line.said


def test_a_password_file_that_is_gone(guarded: Mosquitto, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    line = login(KIOSK, BrokerSection(host=HOST, port=guarded.port, user="x", password_file=gone))
    assert not line.ok
    assert gone in line.said


def test_a_broker_of_an_older_protocol_lets_in(nats: Nats) -> None:
    assert login(KIOSK, BrokerSection(host=HOST, port=nats.port)).ok


def test_what_hangs_up_is_no_broker() -> None:
    with socket.create_server((HOST, 0)) as server:
        Thread(target=hang_up, args=(server, 2), daemon=True).start()
        line = login(KIOSK, BrokerSection(host=HOST, port=server.getsockname()[1]))
    assert not line.ok
    assert line.said.startswith("the broker does not answer")


def hang_up(server: socket.socket, times: int) -> None:
    for _ in range(times):
        server.accept()[0].close()


def test_a_running_uplink_is_left_alone(mosquitto: Mosquitto) -> None:
    """The check calls itself by another name, or the broker would send the uplink away."""
    assert login(KIOSK, BrokerSection(host=HOST, port=mosquitto.port)).ok
    assert f" as {KIOSK}-check " in mosquitto.log.read_text()


# ---------------------------------------------------------------- a vote, end to end


@pytest.fixture
def whole(mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Whole]:
    with Whole(tmp_path, mosquitto, 1) as whole:
        yield whole


def check(whole: Whole) -> dict[str, dict[str, object]]:
    """The real command, as a process, without a terminal."""
    file = str(whole.folder / f"{KIOSK}.toml")
    command = [str(BIN / "senyum-kiosk"), "check", "--json", "--config", file]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return {line["name"]: line for line in json.loads(done.stdout)}


def settings(whole: Whole) -> config.Config:
    return config.load(whole.folder / f"{KIOSK}.toml")


def test_a_test_vote_gets_its_receipt_and_counts_nowhere(whole: Whole) -> None:
    lines = check(whole)
    assert lines["key"]["ok"]
    assert lines["vote"]["ok"], lines["vote"]
    assert str(lines["vote"]["said"]).startswith("a test vote had its signed receipt after ")
    assert len(whole.stored()) == 1
    assert whole.counted() == 0
    # The panel goes on where the check ended: one chain, and a test row in it.
    assert whole.outbox(KIOSK)["seq"] == whole.outbox(KIOSK)["through"] == 1
    whole.start_kiosk(KIOSK, "--every", "0.2", "--for", "2")
    assert whole.kiosk_ended(KIOSK, 60) == 0
    assert whole.outbox(KIOSK)["queue"] == 0
    assert whole.counted() > 0


def test_votes_that_waited_go_first(whole: Whole) -> None:
    whole.kill_collector()
    whole.start_kiosk(KIOSK, "--every", "0.2", "--for", "2", "--drain", "0")
    assert whole.kiosk_ended(KIOSK, 60) == 0
    waiting = whole.outbox(KIOSK)["queue"]
    whole.start_collector()
    assert check(whole)["vote"]["ok"]
    assert len(whole.stored()) == int(str(waiting)) + 1


def test_beside_a_running_panel_it_tells_how_its_votes_fare(whole: Whole) -> None:
    whole.start_kiosk(KIOSK, "--every", "1000")
    until("panel", (whole.folder / KIOSK / "run" / "panel.sock").exists)
    vote_line = check(whole)["vote"]
    assert vote_line["ok"] is None
    assert "test mode" in str(vote_line["do"])
    whole.stop_kiosk(KIOSK)
    whole.start_kiosk(KIOSK, "--every", "0.2", "--for", "1")
    assert whole.kiosk_ended(KIOSK, 60) == 0
    seq = whole.outbox(KIOSK)["seq"]
    whole.start_kiosk(KIOSK, "--every", "1000")
    until("panel", (whole.folder / KIOSK / "run" / "panel.sock").exists)
    assert check(whole)["vote"]["said"] == (
        f"the panel is running; each vote up to {seq} has its receipt"
    )
    assert whole.outbox(KIOSK)["seq"] == seq


def test_a_collector_that_is_away_is_told(whole: Whole) -> None:
    whole.kill_collector()
    line = vote(settings(whole), SystemClock(), patience_ms=3000)
    assert (line.ok, line.said) == (False, "the broker is reached, and no collector answers")
    assert "senyum-ingest" in line.do
    assert whole.outbox(KIOSK)["queue"] == 1


def test_a_key_that_was_revoked_is_told(whole: Whole) -> None:
    [kiosk] = json.loads(whole.collector("kiosk", "list", "--json"))
    whole.collector("kiosk", "revoke", kiosk["epochs"][0]["epoch"])
    line = check(whole)["vote"]
    assert not line["ok"]
    assert line["said"] == "the collector trusts this key no longer"


def test_tls_and_an_account_all_the_way(tmp_path: Path) -> None:
    files, port = certificates(tmp_path, "broker"), free_port()
    lines = secured(tmp_path, files, port, allowed=f"readwrite senyum/1/{KIOSK}/#")
    with Mosquitto(tmp_path, *lines) as broker, Whole(tmp_path, broker, 1) as whole:
        secure(whole, files, port)
        found = check(whole)
        assert found["login"]["ok"], found["login"]
        assert found["vote"]["ok"], found["vote"]
        # A certificate that ends within the month is told, and stops nothing.
        assert str(found["tls"]["do"]).startswith("only 0 days")


def test_an_account_that_may_not_write_is_told(tmp_path: Path) -> None:
    """MQTT acknowledges what the broker refuses; MQTT 5 at least says so."""
    files, port = certificates(tmp_path, "broker"), free_port()
    lines = secured(tmp_path, files, port, allowed=f"read senyum/1/{KIOSK}/#")
    with Mosquitto(tmp_path, *lines) as broker, Whole(tmp_path, broker, 1) as whole:
        secure(whole, files, port)
        line = vote(settings(whole), SystemClock(), patience_ms=3000)
        assert not line.ok
        assert line.said == "no receipt: publish refused reason=Not authorized"
        assert "may this account write" in line.do


def secured(folder: Path, files: dict[str, Path], port: int, allowed: str) -> list[str]:
    """A plain door for the collector, and one with TLS and accounts for the kiosk."""
    rules = folder / "rules"
    rules.write_text(f"topic readwrite senyum/#\nuser {KIOSK}\ntopic {allowed}\n")
    return [
        "allow_anonymous true",
        f"password_file {password_file(folder, **{KIOSK: 'benar'})}",
        f"acl_file {rules}",
        f"listener {port} {HOST}",
        f"cafile {files['ca.pem']}",
        f"certfile {files['broker.pem']}",
        f"keyfile {files['broker.key']}",
    ]


def secure(whole: Whole, files: dict[str, Path], port: int) -> None:
    file = whole.folder / f"{KIOSK}.toml"
    account = f'user = "{KIOSK}"\npassword_file = "{secret(whole.folder, "benar")}"\n'
    tls = f'port = {port}\nca_file = "{os.fspath(files["ca.pem"])}"\n{account}'
    plain = f"port = {whole.broker.port}\n"
    assert plain in file.read_text()
    file.write_text(file.read_text().replace(plain, tls))


def test_root_leaves_nothing_that_the_panel_cannot_write(whole: Whole) -> None:
    if os.geteuid() != 0:
        not_run("only root runs the check for another user")
    card = whole.folder / KIOSK
    for file in (card, *card.rglob("*")):
        os.chown(file, PANEL, PANEL)
    assert check(whole)["vote"]["ok"]
    assert [file for file in card.rglob("*") if file.stat().st_uid != PANEL] == []
