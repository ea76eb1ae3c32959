"""The field's words, each with its translation; faces and weekdays as readers name them."""

from typing import Final, Literal

from babel.dates import get_day_names
from flask import Flask
from flask_babel import lazy_gettext

from collector.index.classes import CLASSES_2017
from collector.web.languages import language

FACES: Final = {
    "smile": lazy_gettext("puas"),
    "neutral": lazy_gettext("cukup puas"),
    "frown": lazy_gettext("tidak puas"),
}
PERFORMANCE: Final = {
    "A": lazy_gettext("Sangat baik"),
    "B": lazy_gettext("Baik"),
    "C": lazy_gettext("Kurang baik"),
    "D": lazy_gettext("Tidak baik"),
}
CONTROLS: Final = {
    "index": lazy_gettext("Indeks per minggu"),
    "frown": lazy_gettext("Bagian tidak puas per minggu, %"),
}
SIGNALS: Final = {
    "beyond": lazy_gettext("di luar batas"),
    "run": lazy_gettext("sedikitnya delapan minggu berturut-turut di satu sisi"),
}


def init_app(app: Flask) -> None:
    classes = [(each.mutu, each.lowest) for each in CLASSES_2017.classes]
    app.jinja_env.globals.update(performance=PERFORMANCE, classes=classes, weekday=weekday)
    app.jinja_env.globals.update(control_names=CONTROLS, signal_words=SIGNALS)
    app.jinja_env.filters["face_word"] = face_word


def face_word(face: str) -> str:
    """A face as readers call it; one that a newer scale brought keeps its slug."""
    return str(FACES.get(face, face))


def weekday(number: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """Monday is 0."""
    return str(get_day_names(width, locale=language())[number])
