"""The uplink between a panel's socket and real brokers; the test plays the panel."""

import logging
import time

import paho.mqtt.client as mqtt
import pytest

from kiosk.link import Arrived, Down, Publish, Ready, Signal, Up
from tests.brokers import HOST, Mosquitto, Nats
from tests.uplinks import KIOSK, STATUS, Observer, world_at

RECEIPT = f"senyum/1/{KIOSK}/receipt"
HELLO = f"senyum/1/{KIOSK}/hello"


@pytest.fixture(params=[Mosquitto, Nats])
def broker(request, tmp_path):
    with request.param(tmp_path) as broker:
        yield broker


@pytest.fixture
def world(broker, tmp_path):
    with world_at(tmp_path, port=broker.port, keepalive_s=5) as world:
        yield world


def test_it_asks_for_a_will_then_says_up(world):
    world.until_up()
    assert world.panel.heard[0] == Ready()
    assert world.panel.heard[-1] == Up()


def test_what_the_panel_publishes_arrives_at_the_broker(world, broker):
    observer = world.observe(broker.port)
    world.until_up()
    world.panel.end.send(Publish(HELLO, b"\x00\xffhello", 1, False))
    world.until(lambda: observer.heard)
    assert observer.heard == [(HELLO, b"\x00\xffhello", False)]


def test_a_batch_of_full_size_arrives_whole(world, broker):
    observer = world.observe(broker.port)
    world.until_up()
    payload = bytes(range(256)) * 1024
    for _ in range(4):
        world.panel.end.send(Publish(HELLO, payload, 1, False))
    world.until(lambda: len(observer.heard) == 4)
    assert {payload for _, payload, _ in observer.heard} == {payload}


def test_the_panel_is_told_the_wifi_at_once_and_every_minute(tmp_path, mosquitto):
    heard = iter([-60, None])
    with world_at(tmp_path, port=mosquitto.port, wifi=lambda: next(heard)) as world:
        world.until(lambda: Signal(-60) in world.panel.heard)
        world.steps(5)
        assert world.panel.heard[-2:] == [Up(), Signal(-60)]
        world.pushed += 61
        world.until(lambda: world.panel.heard[-1] == Signal(None))


def test_a_receipt_reaches_the_panel_and_nothing_else_does(world, broker):
    observer = world.observe(broker.port)
    world.until_up()
    observer.client.publish("senyum/1/other-01/receipt", b"for another", qos=1)
    observer.client.publish(HELLO, b"not a receipt", qos=1)
    observer.client.publish(RECEIPT, b"ours", qos=1)
    world.until(lambda: Arrived(RECEIPT, b"ours") in world.panel.heard)
    arrived = [message for message in world.panel.heard if isinstance(message, Arrived)]
    assert arrived == [Arrived(RECEIPT, b"ours")]


def test_a_message_too_large_for_the_wire_is_dropped(world, broker):
    observer = world.observe(broker.port)
    world.until_up()
    observer.client.publish(RECEIPT, bytes(256 * 1024 + 1), qos=1)
    observer.client.publish(RECEIPT, b"good", qos=1)
    world.until(lambda: Arrived(RECEIPT, b"good") in world.panel.heard)
    assert sum(isinstance(message, Arrived) for message in world.panel.heard) == 1


def test_the_will_is_published_when_the_uplink_ends(world, broker):
    observer = world.observe(broker.port)
    world.until_up()
    will = world.panel.last_will
    world.uplink.close()
    observer.until(lambda: (STATUS, will, False) in observer.heard)
    late = Observer(broker.port)
    late.until(lambda: (STATUS, will, True) in late.heard)
    late.close()


def test_when_the_panel_is_gone_the_broker_says_offline_and_a_new_panel_is_found(world, broker):
    observer = world.observe(broker.port)
    world.until_up()
    will = world.panel.last_will
    world.panel.heard.clear()
    world.panel.hang_up()
    world.until(lambda: (STATUS, will, False) in observer.heard)
    world.until(lambda: Up() in world.panel.heard)
    assert world.panel.last_will != will


def test_a_broker_that_dies_and_returns_gets_a_fresh_will(world, broker):
    world.until_up()
    broker.kill()
    world.until(lambda: Down() in world.panel.heard)
    broker.start()
    world.until_up()
    assert world.panel.heard[-1] == Up()
    assert world.panel.wills >= 2


def test_what_was_under_way_when_the_broker_died_is_not_sent_again_by_us(world, broker):
    """The panel decides what is sent again: nothing half-sent outlives its connection."""
    world.until_up()
    broker.kill()
    world.panel.end.send(Publish(HELLO, b"lost", 1, False))
    world.until(lambda: Down() in world.panel.heard)
    world.panel.end.send(Publish(HELLO, b"while down", 1, False))
    broker.start()
    observer = world.observe(broker.port)
    if world.panel.heard[-1] != Up():
        world.until_up()
    world.panel.end.send(Publish(HELLO, b"after", 1, False))
    world.until(lambda: observer.heard)
    assert observer.heard == [(HELLO, b"after", False)]


def test_it_waits_longer_and_longer_but_never_gives_up(tmp_path, caplog):
    with world_at(tmp_path, port=1) as world:
        world.until(lambda: world.panel.wills >= 1)
        for tries in range(2, 12):
            world.pushed += 61
            world.until(lambda tries=tries: world.panel.wills >= tries)
    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1, "the same trouble is told once"
    assert "next_try_s" in told[0].message


def test_mqtt_5_is_spoken_where_the_broker_has_it(mosquitto, tmp_path):
    with world_at(tmp_path, port=mosquitto.port) as world:
        world.until_up()
        assert world.uplink.protocol == mqtt.MQTTv5
        assert "p5" in mosquitto.log.read_text()


def test_mqtt_311_is_spoken_where_not_and_this_is_remembered(nats, tmp_path):
    with world_at(tmp_path, port=nats.port) as world:
        world.until_up()
        assert world.uplink.protocol == mqtt.MQTTv311
        assert world.panel.wills == 2
        nats.restart()
        world.until_up()
        assert world.uplink.protocol == mqtt.MQTTv311


def test_two_uplinks_with_one_name_do_not_fight_without_pause(mosquitto, tmp_path):
    """A cloned card: each throws the other out. The pauses between must grow."""
    with (
        world_at(tmp_path, port=mosquitto.port) as one,
        world_at(tmp_path / "other", port=mosquitto.port) as other,
    ):
        one.share = other.share = 0.5
        end = time.monotonic() + 2
        while time.monotonic() < end:
            one.step()
            other.step()
        assert one.panel.heard.count(Down()) >= 1
        assert one.panel.wills + other.panel.wills < 10


# ---------------------------------------------------------------- who may connect


def test_user_and_password_come_from_the_settings(tmp_path):
    users, password = tmp_path / "users", tmp_path / "password"
    users.write_text(f"{KIOSK}:{_hash_of('rahasia')}\n")
    users.chmod(0o600)
    password.write_text("rahasia\n")
    with Mosquitto(tmp_path, f"password_file {users}", "allow_anonymous false") as broker:
        settings = {"port": broker.port, "user": KIOSK, "password_file": str(password)}
        with world_at(tmp_path / "a", **settings) as world:
            world.until_up()
            password.write_text("wrong\n")
            world.panel.hang_up()
            world.until(lambda: world.panel.wills >= 3)
            assert world.panel.heard.count(Up()) == 1


def _hash_of(password):
    """Mosquitto's own form of a password: PBKDF2 with SHA-512."""
    import hashlib
    from base64 import b64encode

    salt = b"twelve bytes"
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${b64encode(salt).decode()}${b64encode(digest).decode()}"


def test_tls_with_certificates_on_both_sides(tmp_path):
    files = _certificates(tmp_path)
    lines = [f"cafile {files['ca.pem']}", f"certfile {files['broker.pem']}"]
    lines += [f"keyfile {files['broker.key']}", "require_certificate true"]
    with Mosquitto(tmp_path, *lines, "use_identity_as_username true") as broker:
        tls = {"port": broker.port, "ca_file": str(files["ca.pem"])}
        client = {"cert_file": str(files["kiosk.pem"]), "key_file": str(files["kiosk.key"])}
        with world_at(tmp_path / "a", **tls, **client) as world:
            world.until_up()
            world.panel.end.send(Publish(RECEIPT, bytes(200_000), 1, False))
            world.until(lambda: Arrived(RECEIPT, bytes(200_000)) in world.panel.heard)
        with world_at(tmp_path / "b", **tls) as stranger:
            stranger.until(lambda: stranger.panel.wills >= 2)
            assert Up() not in stranger.panel.heard


def _certificates(folder):
    """A CA, and certificates for a broker at HOST and for a kiosk."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    def name(common):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])

    now = datetime.datetime.now(datetime.UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    files = {}
    for subject in ("ca", "broker", "kiosk"):
        key = ca_key if subject == "ca" else ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(KIOSK if subject == "kiosk" else subject))
            .issuer_name(name("ca"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(subject == "ca", None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]),
                critical=False,
            )
        )
        pem = builder.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for suffix, content in ((".pem", pem), (".key", secret)):
            files[subject + suffix] = folder / (subject + suffix)
            files[subject + suffix].write_bytes(content)
    return files
