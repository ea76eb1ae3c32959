"""The simulated kiosk: the real firmware, pressed by a thread and watched by an eye."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kiosk import config, keys, wire
from kiosk.epochs import Epochs
from kiosk.outbox import Outbox
from kiosk.simulate import plan, simulate
from kiosk.timeline import TimelineError, read
from tests import bench
from tests.brokers import HOST

EXAMPLE = Path(__file__).parent.parent / "docs" / "examples" / "counter.csv"
SENYUM_KIOSK = str(Path(sys.executable).with_name("senyum-kiosk"))
QUICK = {"settle_ms": 500, "decide_ms": 60}
# A finger in real time comes late on a busy machine, by some tenths of a second: presses are held,
# lie in a settle window or behind one with so much to spare.
HOLD_MS = 400
LATE_S = 60  # a process that has not come so far by then never will


@pytest.fixture
def settings(tmp_path):
    return bench.settings(tmp_path, **QUICK)


def at(settings, port):
    file = Path(settings.kiosk.data_dir).parent / "kiosk.toml"
    file.write_text(f"{file.read_text()}[broker]\nport = {port}\n")
    return config.load(file)


def timeline(tmp_path, text):
    file = tmp_path / "presses.csv"
    file.write_text(text)
    return file


def run(settings, file, drain=0.0, lamp_log=None):
    return simulate(settings, plan(settings, file, None, 1, None), drain, lamp_log)


def votes(settings):
    place = Epochs(settings.epochs).all()[-1]
    public = keys.load(place.key).public
    with closing(Outbox.open(place.outbox, settings.kiosk.id, public)) as outbox:
        return list(outbox.votes())


# ---------------------------------------------------------------- what it does


def test_pressed_seen_and_stored_agree(tmp_path):
    citizens = (("smile", "smile"), ("smile", "frown"), ("frown", "smile"))
    text = "".join(
        f"{1500 + 3000 * n},{first},{HOLD_MS}\n{2300 + 3000 * n},{then},{HOLD_MS}\n"
        for n, (first, then) in enumerate(citizens)
    )
    settings = bench.settings(tmp_path, settle_ms=1600, decide_ms=60)
    report = run(settings, timeline(tmp_path, text), lamp_log=tmp_path / "lamps")
    assert (report.pressed, report.confirmed, report.votes) == (6, 4, 4)
    assert (report.too_soon, report.contested, report.refused) == (1, 1, 0)
    assert [(vote.face, vote.replaces) for vote in votes(settings)] == [
        ("smile", None),
        ("smile", None),
        ("frown", 2),
        ("frown", None),
    ]
    lines = [json.loads(line) for line in (tmp_path / "lamps").read_text().splitlines()]
    assert [(line["signal"], line["face"]) for line in lines] == [
        ("ready", None),
        ("counted", "smile"),
        ("too_soon", "smile"),
        ("counted", "smile"),
        ("counted", "frown"),
        ("counted", "frown"),
        ("too_soon", "smile"),
    ]


def test_the_example_is_what_its_comments_say(tmp_path):
    pushes = read(EXAMPLE, ("frown", "neutral", "smile"))
    with bench.bench(tmp_path) as kiosk:
        for push in pushes:
            kiosk.plan(push)
        kiosk.wait(40_000)
        counters = kiosk.kiosk.tally.counters()
        assert [(vote.face, vote.replaces) for vote in kiosk.votes] == [
            ("smile", None),
            ("smile", None),
            ("smile", None),
            ("frown", 3),
            ("frown", None),
            ("neutral", None),
            ("neutral", None),
        ]
        assert (counters.too_soon, counters.contested, counters.together) == (1, 1, 1)


def test_a_second_run_continues_the_outbox(settings, tmp_path):
    file = timeline(tmp_path, f"50,smile,{HOLD_MS}\n")
    run(settings, file, lamp_log=tmp_path / "lamps")
    report = run(settings, file, lamp_log=tmp_path / "lamps")
    assert (report.votes_before, report.votes, report.confirmed) == (1, 2, 1)
    assert (tmp_path / "lamps").read_text().count('"counted"') == 2


def test_without_a_broker_the_votes_wait(settings, tmp_path):
    began = time.monotonic()
    report = run(settings, timeline(tmp_path, f"50,smile,{HOLD_MS}\n"), drain=0.5)
    assert report.queue == 1
    assert time.monotonic() - began < LATE_S


def test_the_clock_counts_as_set_while_the_file_is_there(settings, tmp_path):
    file, mark = timeline(tmp_path, f"100,smile,{HOLD_MS}\n"), tmp_path / "synced"
    for there in (False, True):
        if there:
            mark.touch()
        simulate(settings, plan(settings, file, None, 1, None), 0, None, mark)
    assert [vote.fine.clock for vote in votes(settings)] == ["unsynced", "synced"]
    assert [vote.quarter is None for vote in votes(settings)] == [True, False]


def test_an_empty_plan_presses_nothing(settings):
    report = simulate(settings, plan(settings, None, 7, 0.1, 0), 0, None)
    assert (report.pressed, report.votes, report.seed) == (0, 0, 7)


def test_a_wrong_timeline_is_told_before_anything_starts(settings, tmp_path):
    with pytest.raises(TimelineError, match=r"line 1.*grin"):
        run(settings, timeline(tmp_path, "50,grin,80\n"))
    assert not settings.epochs.exists()


# ---------------------------------------------------------------- with a broker and a collector


class Collector:
    """The least collector there can be: keeps heads, answers with signed receipts."""

    def __init__(self, port):
        self.votes = {}
        self._heads = {}
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.connect(HOST, port)
        self._client.subscribe([("senyum/1/+/hello", 1), ("senyum/1/+/votes", 1)])
        self._client.loop_start()

    def _on_message(self, _client, _userdata, message):
        letter = wire.unseal(message.topic, message.payload)
        said = letter.message
        if isinstance(said, wire.Hello):
            letter.verify(said.key)
            self._heads.setdefault(said.epoch, (0, wire.genesis(letter.kiosk, said.key)))
        elif self._heads[said.epoch][1] == said.prev:
            self._heads[said.epoch] = letter.checkpoint.seq, letter.checkpoint.head
            self.votes |= {vote.seq: vote for vote in said.votes}
        self._answer(letter.kiosk, said)

    def _answer(self, kiosk, said):
        through, head = self._heads[said.epoch]
        now = time.time_ns() // 1_000_000
        receipt = wire.Receipt(1, said.epoch, "ok", through, head, said.nonce, now)
        self._client.publish(*wire.seal(kiosk, receipt, bench.COLLECTOR.sign), qos=1)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.mark.parametrize("broker", ["mosquitto", "nats"])
def test_every_confirmed_vote_reaches_the_collector_and_is_receipted(
    broker, settings, tmp_path, request
):
    broker = request.getfixturevalue(broker)
    text = "".join(
        f"{number * 1200},{('smile', 'frown')[number % 2]},{HOLD_MS}\n" for number in range(1, 4)
    )
    with closing(Collector(broker.port)) as collector:
        report = run(at(settings, broker.port), timeline(tmp_path, text), drain=LATE_S)
        assert (report.confirmed, report.queue) == (3, 0)
        assert list(collector.votes.values()) == votes(settings)


# ---------------------------------------------------------------- as a process


def start(settings, *options, **environment):
    file = Path(settings.kiosk.data_dir).parent / "kiosk.toml"
    command = [SENYUM_KIOSK, "simulate", "--config", str(file), *options]
    return subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(file, words):
    deadline = time.monotonic() + LATE_S
    while not (file.exists() and words in file.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_sigterm_stops_the_finger_and_prints_the_report(settings, tmp_path):
    lamps = tmp_path / "lamps"
    options = ["--seed", "4", "--every", "0.2", "--drain", "0.2", "--json"]
    process = start(settings, *options, "--lamp-log", str(lamps))
    wait_for(lamps, '"counted"')
    process.send_signal(signal.SIGTERM)
    output, log = process.communicate(timeout=LATE_S)
    assert process.returncode == 0, log
    report = json.loads(output)
    assert report["kiosk"] == "dukcapil-01"
    assert report["seed"] == 4
    assert report["confirmed"] == report["votes"] == lamps.read_text().count('"counted"')


@pytest.mark.parametrize(
    ("point", "rows", "lights"),
    [
        ("press_decided", 0, 0),
        ("before_commit", 0, 0),
        ("after_commit", 1, 0),
        ("after_lamp", 1, 1),
    ],
)
def test_at_a_crash_the_light_never_promised_more_than_the_disk_keeps(
    point, rows, lights, settings, tmp_path
):
    lamps = tmp_path / "lamps"
    file = timeline(tmp_path, f"50,smile,{HOLD_MS}\n")
    options = ["--timeline", str(file), "--lamp-log", str(lamps)]
    process = start(settings, *options, SENYUM_CRASH_AT=point)
    process.communicate(timeout=LATE_S)
    assert process.returncode == 70
    assert len(votes(settings)) == rows
    assert lamps.read_text().count('"counted"') == lights
