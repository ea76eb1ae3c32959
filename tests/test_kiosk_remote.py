"""Settings from afar: only the collector's, only newer ones, and kept over a restart."""

import json
from pathlib import Path

import msgspec
import pytest

from kiosk import wire
from kiosk.remote import Remote
from tests.golden import COLLECTOR_KEY, KIOSK, KIOSK_KEY, SETTINGS

DIM = msgspec.structs.replace(SETTINGS, brightness=40)
KEYS = ("ab" * 32, COLLECTOR_KEY.public)


def opened(folder: Path) -> Remote:
    return Remote(folder / "config.msg", KIOSK, KEYS)


def config(version: int, settings: wire.Settings | dict = SETTINGS, key=COLLECTOR_KEY) -> bytes:
    raw = msgspec.Raw(msgspec.json.encode(settings))
    return wire.seal(KIOSK, wire.Config(v=1, version=version, settings=raw), key.sign)[1]


def test_a_card_that_was_told_nothing(tmp_path: Path) -> None:
    remote = opened(tmp_path)
    assert (remote.version, remote.settings, remote.refused) == (0, None, None)


def test_a_newer_version_is_taken_and_kept(tmp_path: Path) -> None:
    remote = opened(tmp_path)
    assert remote.take(config(3, DIM))
    assert not remote.take(config(3, SETTINGS)), "the same version again"
    assert not remote.take(config(2, SETTINGS)), "a broker brings an old one back"
    assert not remote.take(config(4, DIM)), "another version of the same settings"
    again = opened(tmp_path)
    assert (again.version, again.settings) == (4, DIM)


def test_what_cannot_be_used_is_reported_and_the_old_stays(tmp_path: Path) -> None:
    remote = opened(tmp_path)
    remote.take(config(1, DIM))
    wrong = json.loads(msgspec.json.encode(SETTINGS)) | {"log_level": "träce"}
    assert not remote.take(config(2, wrong))
    assert (remote.version, remote.settings, remote.refused) == (1, DIM, 2)
    assert "tr?ce" in remote.why
    assert len(remote.why) <= 64
    assert remote.take(config(3, SETTINGS))
    assert (remote.refused, remote.why) == (None, "")


def test_only_the_collector_may_say_it(tmp_path: Path) -> None:
    remote = opened(tmp_path)
    with pytest.raises(wire.Forged):
        remote.take(config(9, DIM, KIOSK_KEY))
    with pytest.raises(wire.Malformed):
        remote.take(b"senyum/1 config")
    assert remote.version == 0


def test_a_file_that_somebody_changed_is_not_used(tmp_path: Path) -> None:
    opened(tmp_path).take(config(3, DIM))
    file = tmp_path / "config.msg"
    file.write_bytes(file.read_bytes().replace(b'"brightness":40', b'"brightness":41'))
    assert opened(tmp_path).version == 0
