"""The kiosk's settings: what is read, and what a technician is told when it is wrong."""

from pathlib import Path

import pytest

from kiosk import config
from kiosk.config import ConfigError

ROOT = Path(__file__).parent.parent
KEY = "ab" * 32
MINIMAL = f"""
[kiosk]
id = "dukcapil-01"
[collector]
key = "{KEY}"
"""


@pytest.fixture
def load(tmp_path):
    def load(text: str) -> config.Config:
        file = tmp_path / "kiosk.toml"
        file.write_text(text)
        return config.load(file)

    return load


def test_a_name_and_a_key_are_enough(load):
    settings = load(MINIMAL)
    assert settings.kiosk.id == "dukcapil-01"
    assert settings.receipt_keys() == (KEY,)
    assert settings.panel.settle_ms == 3000
    assert settings.pins.buttons == {"frown": 5, "neutral": 6, "smile": 13}
    assert settings.pins.lamps == {"frown": 16, "neutral": 20, "smile": 21}
    assert settings.pins.buzzer.pin == 12
    assert settings.epochs == Path("/var/lib/senyum/epochs")
    assert settings.socket == Path("/run/senyum/panel.sock")


FOUR = '[panel]\nfaces = ["bad", "poor", "good", "great"]\n'


def test_four_faces_have_the_pins_of_their_own_box(load):
    settings = load(MINIMAL + FOUR)
    assert settings.pins.buttons == {"bad": 5, "poor": 6, "good": 13, "great": 19}
    assert settings.pins.lamps == {"bad": 16, "poor": 20, "good": 21, "great": 26}
    assert settings.pins.buzzer.pin == 12


def test_of_four_faces_too_pins_can_be_moved(load):
    buttons = "[pins.buttons]\nbad = 22\npoor = 23\ngood = 24\ngreat = 25"
    settings = load(MINIMAL + FOUR + buttons)
    assert settings.pins.buttons["great"] == 25
    assert settings.pins.lamps["great"] == 26


def test_faces_in_another_order_are_refused_for_corrections_would_go_upwards(load):
    for faces in (
        '["smile", "neutral", "frown"]',
        '["smile", "frown"]',
        '["bad", "good", "poor", "great"]',
    ):
        with pytest.raises(ConfigError, match=r"panel.faces = .*; allowed: \["):
            load(MINIMAL + f"[panel]\nfaces = {faces}")


def test_faces_of_two_kinds_of_boxes_are_refused_for_no_index_would_hold_both(load):
    with pytest.raises(ConfigError, match=r"mixes two kinds of boxes; allowed: \['frown'"):
        load(MINIMAL + '[panel]\nfaces = ["frown", "great"]')


def test_the_pins_of_the_package_are_those_of_the_board():
    assert config.PINS_FILE.read_bytes() == (ROOT / "hardware" / "pins.toml").read_bytes()


def test_both_collector_keys_are_believed(load):
    assert load(MINIMAL + f'next_key = "{"cd" * 32}"').receipt_keys() == (KEY, "cd" * 32)


def test_a_kiosk_without_a_collector_key_can_be_read_but_not_run(load):
    settings = load('[kiosk]\nid = "dukcapil-01"')
    with pytest.raises(ConfigError, match=r"collector.key is missing.*kiosk add"):
        settings.receipt_keys()


def test_pins_can_be_moved_and_the_others_stay(load):
    settings = load(MINIMAL + "[pins.buttons]\nfrown = 22\nneutral = 23\nsmile = 24")
    assert settings.pins.buttons["frown"] == 22
    assert settings.pins.buzzer.pin == 12


def test_four_faces_are_a_matter_of_settings(load):
    four = """
    [panel]
    faces = ["bad", "poor", "good", "best"]
    [pins]
    buttons = {bad = 5, poor = 6, good = 13, best = 19}
    lamps = {bad = 16, poor = 20, good = 21, best = 26}
    """
    assert load(MINIMAL + four).panel.faces == ("bad", "poor", "good", "best")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[kiosk]\nid = "Dukcapil 1"', ["kiosk.id", "'Dukcapil 1'", "lower-case letters"]),
        ("", ["kiosk.id is missing", "lower-case letters"]),
        (MINIMAL + "[broker]\nport = 70000", ["broker.port = 70000", "1 to 65535"]),
        (MINIMAL + '[broker]\nport = "1883"', ["broker.port = '1883'", "whole number"]),
        (MINIMAL + "[broker]\nprot = 1883", ["no setting broker.prot", "did you mean 'port'"]),
        (MINIMAL + "[brocker]\nport = 1883", ["no section [brocker]", "did you mean 'broker'"]),
        ("kiosk = 3", ["kiosk = 3", "[kiosk]"]),
        (MINIMAL + "[panel]\nsettle_ms = 1.5", ["panel.settle_ms = 1.5", "500 to 60000"]),
        (MINIMAL + "[panel]\nsettle_ms = true", ["panel.settle_ms = True", "500 to 60000"]),
        (MINIMAL + '[panel]\nfaces = ["a"]', ["panel.faces", "2 to 8"]),
        (MINIMAL + '[panel]\nfaces = ["a", "a"]', ["panel.faces", "once"]),
        (MINIMAL + '[panel]\nfaces = ["a", "b"]', ["pins.buttons", "exactly the faces", "a, b"]),
        (MINIMAL + "[panel]\ndecide_ms = 20\ndebounce_ms = 20", ["less than panel.decide_ms = 20"]),
        (MINIMAL + "[pins.buzzer]\npin = 5", ["pins.buzzer.pin = 5", "pins.buttons.frown"]),
        (MINIMAL + "[pins.buzzer]\npin = 1", ["pins.buzzer", "2 to 27"]),
        (MINIMAL + "[pins.buzzer]\npins = 7", ["pins.buzzer", "2 to 27"]),
        (MINIMAL + '[broker]\ncert_file = "x"', ["broker.cert_file", "broker.key_file"]),
        (
            MINIMAL + '[broker]\ncert_file = "x"\nkey_file = "y"',
            ["broker.cert_file", "broker.ca_file"],
        ),
        (MINIMAL + '[broker]\npassword_file = "x"', ["broker.password_file", "broker.user"]),
        ('[kiosk]\nid = "a"\n[collector]\nkey = "AB"', ["collector.key = 'AB'", "64 hexadecimal"]),
        ("[kiosk", ["cannot be read as TOML"]),
        ("a = " + "[" * 5000, ["cannot be read as TOML"]),
    ],
)
def test_what_is_wrong_is_told_with_file_setting_value_and_what_is_allowed(load, text, told):
    with pytest.raises(ConfigError) as error:
        load(text)
    message = str(error.value)
    assert "kiosk.toml" in message
    for words in told:
        assert words in message


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml: there is no such file.*kiosk add"):
        config.load(tmp_path / "nowhere.toml")


def test_every_setting_says_what_it_is_and_what_is_allowed():
    for setting in config.settings():
        assert setting.doc.endswith("."), setting
        assert setting.allowed, setting
        assert setting.type in {"string", "integer", "array", "table"}, setting


def test_every_default_is_allowed(load):
    settings = load(MINIMAL)
    for setting in config.settings():
        if setting.default is None or setting.name == "key":
            continue
        value = setting.read(setting.default, Path("default"))
        assert getattr(getattr(settings, setting.section), setting.name) == value, setting
