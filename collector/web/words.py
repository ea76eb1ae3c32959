"""The field's words, each with its translation; faces and weekdays as readers name them."""

import math
from typing import Final, Literal

from babel.dates import get_day_names
from flask import Flask
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.index.classes import CLASSES_2017
from collector.index.scales import SCALES
from collector.ledger.roles import Role
from collector.web.languages import language

FACES: Final = {
    "smile": lazy_gettext("puas"),
    "neutral": lazy_gettext("cukup puas"),
    "frown": lazy_gettext("tidak puas"),
    "great": lazy_gettext("sangat baik"),
    "good": lazy_gettext("baik"),
    "poor": lazy_gettext("kurang baik"),
    "bad": lazy_gettext("tidak baik"),
    "best": lazy_gettext("sangat puas"),
    "better": lazy_gettext("agak puas"),
    "middling": lazy_gettext("sedang"),
    "worse": lazy_gettext("agak tidak puas"),
    "worst": lazy_gettext("sangat tidak puas"),
}
# How favourable a face looks: by its place between the ends of its scale.
MOODS: Final = {
    face: 2 * place / (len(faces) - 1) - 1
    for faces in SCALES.values()
    for place, face in enumerate(faces)
}
# By slug, as collector.index.skm has them.
ELEMENTS: Final = {
    "persyaratan": lazy_gettext("Persyaratan"),
    "prosedur": lazy_gettext("Sistem, mekanisme, dan prosedur"),
    "waktu": lazy_gettext("Waktu penyelesaian"),
    "biaya": lazy_gettext("Biaya/tarif"),
    "produk": lazy_gettext("Produk spesifikasi jenis pelayanan"),
    "kompetensi": lazy_gettext("Kompetensi pelaksana"),
    "perilaku": lazy_gettext("Perilaku pelaksana"),
    "pengaduan": lazy_gettext("Penanganan pengaduan, saran dan masukan"),
    "sarana": lazy_gettext("Sarana dan prasarana"),
}
PERFORMANCE: Final = {
    "A": lazy_gettext("Sangat baik"),
    "B": lazy_gettext("Baik"),
    "C": lazy_gettext("Kurang baik"),
    "D": lazy_gettext("Tidak baik"),
}
ROLES: Final[dict[Role, LazyString]] = {
    "district-admin": lazy_gettext("admin kabupaten"),
    "auditor": lazy_gettext("auditor"),
    "agency-head": lazy_gettext("kepala perangkat daerah"),
    "agency-staff": lazy_gettext("staf perangkat daerah"),
    "technician": lazy_gettext("teknisi"),
}
CONTROLS: Final = {
    "index": lazy_gettext("Indeks per minggu"),
    "frown": lazy_gettext("Bagian tidak puas per minggu, %"),
    "bad": lazy_gettext("Bagian tidak baik per minggu, %"),
    "worst": lazy_gettext("Bagian sangat tidak puas per minggu, %"),
}
SIGNALS: Final = {
    "beyond": lazy_gettext("di luar batas"),
    "run": lazy_gettext("sedikitnya delapan minggu berturut-turut di satu sisi"),
}


def init_app(app: Flask) -> None:
    classes = [(each.mutu, each.lowest) for each in CLASSES_2017.classes]
    app.jinja_env.globals.update(performance=PERFORMANCE, classes=classes, weekday=weekday)
    app.jinja_env.globals.update(
        element_names=ELEMENTS,
        control_names=CONTROLS,
        signal_words=SIGNALS,
        role_words=ROLES,
    )
    app.jinja_env.filters.update(face_word=face_word, mouth=mouth, mood=mood)


def face_word(face: str) -> str:
    """A face as readers call it; one that a newer scale brought keeps its slug."""
    return str(FACES.get(face, face))


def mouth(face: str) -> str:
    """The line of its mouth, as the path of an SVG of 24 by 24: from -1, down, to 1, up."""
    lean = MOODS.get(face, 0.0)
    lean = math.copysign(math.sqrt(abs(lean)), lean)  # so that a mild one is seen to be one
    return f"M6.8 {15.8 - 1.6 * lean:.1f}q5.2 {5.6 * lean:.1f} 10.4 0"


def mood(face: str) -> str:
    """What gives a face its colour: great, good, neither, poor or bad."""
    lean = MOODS.get(face, 0.0)
    if lean == 0:
        return "neither"
    if abs(lean) == 1:
        return "great" if lean > 0 else "bad"
    return "good" if lean > 0 else "poor"


def weekday(number: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """Monday is 0."""
    return str(get_day_names(width, locale=language())[number])
