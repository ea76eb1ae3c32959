"""Every word of the pages is in the catalogue, and the catalogue is up to date."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from tests import catalogue
from tests.catalogue import MO, WEB

TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SAME_IN_ALL = {
    "Kotak Senyum",
    "senyum-collector lapor import",
    "senyum-collector user invite NAMA --role district-admin",
    "senyum-collector user reset-totp",
    "senyum-collector kiosk add",
    "senyum-collector alerts run",
}
SPOKEN = {"alt", "title", "aria-label", "placeholder", "label"}


class Text(HTMLParser):
    """What of a template a reader would read, or hear."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(markup)

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SPOKEN]


def test_the_english_is_complete_and_up_to_date() -> None:
    wanted = {each.id for each in catalogue.extracted() if each.id}
    english = catalogue.english()
    assert wanted == {each.id for each in english if each.id}, "run: python -m tests.catalogue"
    assert catalogue.untranslated(english) == []
    assert len(wanted) > 100


def test_the_compiled_catalogue_is_that_of_the_text() -> None:
    assert MO.read_bytes() == catalogue.compiled(catalogue.english()), (
        "run: python -m tests.catalogue"
    )


def test_values_that_are_put_into_a_text_are_those_of_its_translation() -> None:
    for each in catalogue.english():
        assert list(each.check()) == []
        source = each.id if isinstance(each.id, str) else each.id[0]
        for text in [each.string] if isinstance(each.string, str) else each.string:
            assert _values(text) == _values(source), source


def _values(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_no_word_stands_in_a_template_untranslated(file: Path) -> None:
    environment = Flask("collector.web").jinja_env
    environment.add_extension("jinja2.ext.do")
    tokens = environment.lex(file.read_text(encoding="utf-8"))
    markup = "".join(value if kind == "data" else "0" for _line, kind, value in tokens)
    for text in Text(markup).found:
        plain = " ".join(text.split()).strip("0 ·")
        assert plain in SAME_IN_ALL or not re.search(r"[A-Za-z]{2}", plain), (file.name, plain)
