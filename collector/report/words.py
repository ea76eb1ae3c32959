"""Figures, periods and days as people here read them: 87,3 · 1.480 · Triwulan III 2026.

Reports are in Indonesian alone: they are papers of an Indonesian office.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from babel.dates import format_date

from collector.index.classes import CLASSES_2017
from collector.index.periods import Days, Kind
from collector.index.scales import MAPPINGS
from collector.ledger.releases import Audience, Release
from collector.release.rules import FLOOR, rules_of
from collector.release.told import shares_of

LABEL: Final = "indeks kiosk (bukan SKM)"
NO_FIGURE: Final = "data belum cukup"
REGENCY: Final = "Kabupaten Banjar"
AUDIENCES: Final[dict[Audience, str]] = {
    "public": "untuk umum",
    "agency": "untuk pimpinan perangkat daerah",
    "district": "untuk kalangan sendiri di kabupaten",
}
_ROMAN: Final = ("I", "II", "III", "IV")
_FACES: Final = {"frown": "tidak puas", "neutral": "cukup puas", "smile": "puas"}
_ALONE: Final = {"best": "puas", "worst": "tidak puas"}
_PERFORMANCE: Final = {each.mutu: each.kinerja for each in CLASSES_2017.classes}


# ---------------------------------------------------------------- numbers and days


def number(value: Decimal) -> str:
    """With the decimals that it has."""
    return str(value).replace(".", ",")


def whole(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def day(value: date) -> str:
    return str(format_date(value, "d MMMM yyyy", locale="id"))


def span(days: Days) -> str:
    return f"{day(days.first)} sampai {day(days.last)}"


def period_name(kind: Kind, days: Days) -> str:
    first = days.first
    if kind == "month":
        return str(format_date(first, "MMMM yyyy", locale="id"))
    if kind == "triwulan":
        return f"Triwulan {_ROMAN[first.month // 3]} {first.year}"
    if kind == "semester":
        return f"Semester {_ROMAN[first.month // 6]} {first.year}"
    return f"Tahun {first.year}"


def period_code(kind: Kind, days: Days) -> str:
    """As it is written on the command line: 2026-08, 2026-T3, 2026-S2, 2026."""
    year, month = days.first.year, days.first.month
    codes = {
        "month": f"{year}-{month:02}",
        "triwulan": f"{year}-T{month // 3 + 1}",
        "semester": f"{year}-S{month // 6 + 1}",
    }
    return codes.get(kind, str(year))


# ---------------------------------------------------------------- figures


def index(figure: Release) -> str:
    """Empty where none is told."""
    return "" if figure.index is None else number(figure.index)


def interval(figure: Release) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{number(figure.low)}–{number(figure.high)}"


def votes(figure: Release) -> str:
    if figure.n is not None:
        return whole(figure.n) if figure.detail == "exact" else f"sekitar {whole(figure.n)}"
    return f"sedikitnya {whole(least(figure))}" if figure.detail == "floor" else ""


def shares(figure: Release) -> str:
    """Most favourable first."""
    if figure.detail == "floor":
        return f"{_ALONE[str(figure.alone)]} di atas {FLOOR} %"
    told = shares_of(figure.cells)
    if not told:
        return ""
    if figure.alone is None:
        faces = (_FACES[face] for face in MAPPINGS[figure.mapping].faces)
        words = [f"{face} {share} %" for face, share in zip(faces, told, strict=True)]
        return ", ".join(reversed(words))
    return f"{_ALONE[figure.alone]} {told[0]} %, lainnya {told[1]} %"


def grade(figure: Release) -> str:
    """Its class, where the rules tell one: never to the public."""
    rules = rules_of(figure.audience, figure.scope)
    if figure.index is None or rules is None or not rules.graded:
        return ""
    if figure.grade is None:
        return "belum dapat digolongkan"
    return f"{figure.grade} ({_PERFORMANCE[figure.grade]})"


def least(figure: Release) -> int:
    """So many votes its rules ask for."""
    rules = rules_of(figure.audience, figure.scope)
    return 0 if rules is None else rules.minimum


def worth(mapping: str) -> str:
    """What each face is worth, as points: tidak puas 25; cukup puas 62,5; puas 100."""
    points = MAPPINGS[mapping].points
    return "; ".join(f"{_FACES[face]} {float(value):g}" for face, value in points.items()).replace(
        ".", ","
    )
