"""Fixtures that every test file may use."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.accounts import Account
from tests.brokers import Mosquitto, Nats
from tests.faultrows import ACCOUNT, plugin

# A busy machine says nothing about the code: times are for bench/.
settings.register_profile("timeless", deadline=None)
settings.load_profile("timeless")


def pytest_configure(config: pytest.Config) -> None:
    rows = plugin()
    if rows is not None:
        config.pluginmanager.register(rows)


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Account:
    """Reckons up the votes of a fault test, for docs/faults.md."""
    request.node.stash[ACCOUNT] = Account()
    return request.node.stash[ACCOUNT]


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
