"""Settings: file, environment, and what is said when one is wrong."""

from pathlib import Path

import pytest

from collector.config import Config, ConfigError, load, settings


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "collector.toml"
        path.write_text(text)
        return path

    return write


def test_without_a_file_there_are_defaults():
    config = load(None, {}, None)
    assert config == Config()
    assert str(config.zone) == "Asia/Makassar"
    assert config.ledger == Path("/var/lib/senyum-collector/ledger.db")


def test_the_environment_goes_before_the_file_and_the_option_before_both(file, tmp_path: Path):
    path = file('[collector]\ndata_dir = "/from-file"\n[broker]\nhost = "file"\nport = 1\n')
    environment = {"SENYUM_BROKER_PORT": "2", "SENYUM_COLLECTOR_DATA_DIR": "/from-environment"}
    assert load(path, {}, None).broker.host == "file"
    assert load(path, environment, None).broker.port == 2
    assert load(path, environment, None).data_dir == Path("/from-environment")
    assert load(path, environment, tmp_path).data_dir == tmp_path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[broker]\nprot = 1883", ["collector.toml", "broker.prot", "did you mean 'port'"]),
        ("[borker]\nport = 1883", ["[borker]", "did you mean 'broker'"]),
        ("[broker]\nport = 70000", ["collector.toml", "broker.port = 70000", "65535"]),
        ("[broker]\nport = true", ["broker.port = True", "int"]),
        ('[broker]\nport = "1x"', ["broker.port = '1x'", "int"]),
        ("port = 1883", ["port stands outside of a [section]"]),
        ("[broker", ["collector.toml", "cannot be read as TOML"]),
        ("a = " + "[" * 5000, ["collector.toml", "cannot be read as TOML"]),
        ('[collector]\nzone = "Asia/Martapura"', ["collector.zone", "Asia/Makassar"]),
        ('[collector]\nzone = "../secrets"', ["collector.zone", "Asia/Makassar"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(file, text: str, words: list[str]):
    with pytest.raises(ConfigError) as error:
        load(file(text), {}, None)
    assert [word for word in words if word not in str(error.value)] == []


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml: there is no such file"):
        load(tmp_path / "nowhere.toml", {}, None)


def test_a_wrong_variable_is_named():
    with pytest.raises(ConfigError, match=r"SENYUM_BROKER_PORT: broker\.port = 'many'"):
        load(None, {"SENYUM_BROKER_PORT": "many"}, None)
    with pytest.raises(ConfigError, match="SENYUM_BROKER_PROT"):
        load(None, {"SENYUM_BROKER_PROT": "1"}, None)


@pytest.mark.parametrize(("said", "meant"), [("true", True), ("false", False), ("0", False)])
def test_a_variable_says_yes_or_no(said: str, meant: bool):
    assert load(None, {"SENYUM_WEB_SECOND_STEP": said}, None).web.second_step is meant


def test_variables_of_other_programs_are_left_alone():
    environment = {"SENYUM_CRASH_AT": "after_commit", "PATH": "/bin"}
    assert load(None, environment, None) == Config()


def test_a_file_that_was_named_must_be_there(tmp_path: Path):
    with pytest.raises(ConfigError, match="nowhere"):
        load(tmp_path / "nowhere.toml", {}, None)


def test_every_setting_has_name_type_default_and_a_line_of_doc():
    assert {type(setting.default).__name__ for setting in settings()} <= {"str", "int", "bool"}
    for setting in settings():
        assert setting.type == type(setting.default).__name__
        assert setting.doc.endswith(".")
        assert "\n" not in setting.doc
