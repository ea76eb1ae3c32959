"""The brokers that other tests rely on do what their names say."""

import socket

import pytest

from tests import brokers
from tests.brokers import HOST, Broker, Mosquitto, Nats


@pytest.fixture(params=[Mosquitto, Nats])
def broker(request, tmp_path):
    with request.param(tmp_path) as broker:
        yield broker


def _listens(broker: Broker) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, broker.port)) == 0


def test_a_broker_is_ready_when_entered_and_gone_when_killed(broker):
    assert _listens(broker)
    broker.kill()
    assert not _listens(broker)


def test_a_broker_comes_back_on_its_port_after_kill_and_wipe(broker):
    first = broker.pid
    broker.kill()
    broker.wipe()
    assert not broker.store.exists()
    broker.start()
    assert _listens(broker)
    assert broker.pid != first


def test_a_missing_broker_is_reported_as_not_run(monkeypatch):
    monkeypatch.setattr(brokers, "find", lambda program: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"^not run: mosquitto"):
        brokers.require("mosquitto")


def test_a_missing_broker_fails_on_ci(monkeypatch):
    monkeypatch.setattr(brokers, "find", lambda program: None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must run it: nats-server"):
        brokers.require("nats-server")
