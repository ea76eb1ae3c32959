"""Fixtures that every test file may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Mosquitto, Nats


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto with its defaults."""
    with Mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Nats]:
    """A running NATS server that speaks MQTT."""
    with Nats(tmp_path) as broker:
        yield broker
