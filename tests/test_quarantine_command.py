"""senyum-collector quarantine: an admin reads what was refused, and why."""

import json

import pytest
from click.testing import CliRunner

from collector.cli import main
from collector.config import QuarantineSection
from collector.ingest.inbox import Arrival
from tests.fleet import TestCollector

PATIENT = QuarantineSection(kiosk_per_hour=3)


@pytest.fixture
def collector(tmp_path) -> TestCollector:
    collector = TestCollector(tmp_path)
    collector.kiosk("dukcapil-01")
    return collector


def refuse(collector: TestCollector, *topics: str) -> None:
    ingest = collector.bounded(PATIENT)
    ingest.take([Arrival(topic, b"no vote", collector.clock.ms) for topic in topics])


def quarantine(collector: TestCollector, *options: str) -> str:
    data = str(collector.path.parent)
    done = CliRunner().invoke(
        main, ["--data", data, "quarantine", *options], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def test_nothing_refused_is_said_in_words(collector: TestCollector) -> None:
    assert quarantine(collector) == "nothing is in quarantine\n"


def test_each_message_stands_with_its_kiosk_reason_and_detail(collector: TestCollector) -> None:
    refuse(collector, "senyum/1/dukcapil-01/votes")
    line, detail = quarantine(collector).splitlines()
    assert line == (
        "2025-11-23 09:15:00  dukcapil-01  malformed  senyum/1/dukcapil-01/votes  7 bytes"
    )
    assert detail.startswith("  ")
    assert "the first line is not" in detail


def test_one_kiosk_may_be_asked_for_and_only_the_latest(collector: TestCollector) -> None:
    refuse(collector, "senyum/1/dukcapil-01/votes", "a/b", "senyum/1/dukcapil-01/hello")
    found = json.loads(quarantine(collector, "--kiosk", "dukcapil-01", "--json"))
    topics = [message["topic"] for message in found["messages"]]
    assert topics == ["senyum/1/dukcapil-01/votes", "senyum/1/dukcapil-01/hello"]
    found = json.loads(quarantine(collector, "--last", "1", "--json"))
    assert [message["topic"] for message in found["messages"]] == topics[1:]


def test_a_kiosk_that_there_is_not_is_no_kiosk_without_refusals(
    collector: TestCollector,
) -> None:
    refuse(collector, "a/b")
    data = str(collector.path.parent)
    for name in ("dukcapil-10", ""):
        done = CliRunner().invoke(main, ["--data", data, "quarantine", "--kiosk", name])
        assert done.exit_code == 1
        assert f"there is no kiosk '{name}'" in done.output


def test_what_was_only_counted_is_told_too(collector: TestCollector) -> None:
    refuse(collector, *["senyum/1/dukcapil-01/votes"] * 5, *["a/b"] * 4)
    told = quarantine(collector).splitlines()
    assert told[-2:] == [
        "2025-11-23  unknown kiosks  1 more messages, too many to be kept",
        "2025-11-23  dukcapil-01  2 more messages, too many to be kept",
    ]
    assert len(quarantine(collector, "--kiosk", "dukcapil-01").splitlines()) == 3 * 2 + 1


def test_a_topic_says_nothing_to_the_terminal(collector: TestCollector) -> None:
    refuse(collector, "senyum/1/\x1b[2J/votes")
    assert "\x1b" not in quarantine(collector)
    assert "senyum/1/\\x1b[2J/votes" in quarantine(collector)
