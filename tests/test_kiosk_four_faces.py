"""A box of four faces, from what is printed for its card to the vote in its outbox."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.cli import main
from kiosk import config
from kiosk.keys import SigningKey
from tests.fleet import signing_key

FOUR = ("bad", "poor", "good", "great")


@pytest.fixture
def collector(tmp_path: Path) -> Path:
    run(tmp_path, "agency", "import")
    return tmp_path


def run(data: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["--data", str(data), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def added(data: Path, name: str, key: SigningKey, *options: str) -> config.Config:
    """The settings of a new kiosk, as its technician copies them to the card."""
    place = ("--key", key.public, "--counter", "disdukcapil-1")
    file = data / f"{name}.toml"
    file.write_text(run(data, "kiosk", "add", name, *place, *options), encoding="utf-8")
    return config.load(file)


def test_what_kiosk_add_prints_makes_a_box_of_four_faces(collector: Path) -> None:
    settings = added(collector, "empat-01", signing_key(1), "--scale", "smiley-4")
    assert settings.panel.faces == FOUR
    assert tuple(settings.pins.buttons) == tuple(settings.pins.lamps) == FOUR


def test_without_a_word_it_has_three(collector: Path) -> None:
    settings = added(collector, "tiga-01", signing_key(2))
    assert settings.panel.faces == ("frown", "neutral", "smile")


def test_a_scale_of_which_there_is_no_box_is_not_offered(collector: Path) -> None:
    place = ("--key", signing_key(3).public, "--counter", "disdukcapil-1", "--scale", "smiley-5")
    done = CliRunner().invoke(main, ["--data", str(collector), "kiosk", "add", "x", *place])
    assert done.exit_code == 2
    assert "smiley-4" in done.output
