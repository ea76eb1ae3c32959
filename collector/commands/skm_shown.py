"""How a survey is shown: to people in Indonesian and English, to programs exactly."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec
from rich.table import Table

from collector.commands.people import people
from collector.index.periods import Days
from collector.index.rounding import half_up, half_up_to
from collector.index.skm import ELEMENTS
from collector.index.survey import Line, Reading, is_right

NI_PLACES: Final = 4
SHOWN_PRIORITIES: Final = 3
_NAMES: Final = {element.slug: element for element in ELEMENTS}


# ---------------------------------------------------------------- for people


def title(read: Reading) -> str:
    """One line: whose, when, n, IKM and class."""
    survey, found = read.survey, read.result
    return (
        f"{survey.agency}, {_span(survey.days)}: {people(survey.n)} responden,"
        f" IKM {people(half_up(found.nik))}, mutu {found.mutu} ({found.kinerja})"
    )


def remarks(read: Reading) -> list[str]:
    """What else is to be known of a survey, a line each."""
    return [*_of_published(read), *_of_rounding(read)]


def _of_rounding(read: Reading) -> list[str]:
    """Averages that are rounded so much that another class is as likely."""
    grades = read.grades
    if len(grades) == 1:
        return []
    return [
        f"mutu dapat {' atau '.join(grades)}: rata-rata terlalu dibulatkan; tambah desimalnya",
        f"mutu may be {' or '.join(grades)}: the averages are rounded too much; give more decimals",
    ]


def _of_published(read: Reading) -> list[str]:
    """Whether the published IKM comes out, and with which weight; nothing if none was published."""
    told, weights = read.survey.published, read.weights
    if told is None or weights is None:
        return []
    if is_right(weights):
        return [f"IKM terbit {people(told)}: cocok dengan bobot 1/9 / reproduced"]
    if not weights:
        return [
            f"IKM terbit {people(told)}: tidak dapat diperoleh dengan bobot mana pun",
            f"published IKM {told}: cannot be reproduced with any weight",
        ]
    names = [weight.name for weight in weights]
    return [
        f"IKM terbit {people(told)}: bukan dengan bobot 1/9, melainkan {' atau '.join(names)}",
        f"published IKM {told}: cannot be reproduced with 1/9, but with {' or '.join(names)}",
    ]


def table(read: Reading, short: str) -> Table:
    """An element to a row, in the order of the annex, and the IKM below."""
    shown = Table(title=_heading(read, short), caption=_caption(read), box=None, pad_edge=False)
    shown.add_column("Unsur / element")
    for heading in ("n", "NI", "NIK", "Selisih"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Mutu", "Kinerja", "Prioritas"):
        shown.add_column(heading, no_wrap=True)
    for line in read.lines:
        shown.add_row(*_cells(line))
    found, change = read.result, _signed(read.change)
    figures = (_ni(read), people(half_up(found.nik)), change, found.mutu, found.kinerja)
    shown.add_row("[bold]IKM[/bold]", people(read.survey.n), *figures, "")
    return shown


def _heading(read: Reading, short: str) -> str:
    return f"SKM {short}, {_span(read.survey.days)}"


def _caption(read: Reading) -> str:
    first = sorted(read.lines, key=lambda line: line.priority)[:SHOWN_PRIORITIES]
    slugs = ", ".join(line.slug for line in first)
    return "\n".join([f"Prioritas / priorities: {slugs}.", *_since(read), _classes(read)])


def _since(read: Reading) -> Iterator[str]:
    if read.before is None:
        yield "Belum ada survei sebelumnya / no survey before it."
    else:
        yield f"Selisih / change: dari {_span(read.before.days)}."


def _classes(read: Reading) -> str:
    return f"Tabel mutu {read.result.classes} / classes of {read.result.classes}; bobot 1/9."


def _cells(line: Line) -> tuple[str, ...]:
    name = _NAMES[line.slug]
    return (
        f"{name.indonesian}\n [dim]{name.english}[/dim]",
        people(line.mean.n or 0),
        people(half_up_to(NI_PLACES, line.mean.value)),
        people(line.nik),
        _signed(line.change),
        line.mutu,
        line.kinerja,
        str(line.priority),
    )


def _ni(read: Reading) -> str:
    return people(half_up_to(NI_PLACES, read.result.ni))


def _span(days: Days) -> str:
    return f"{days.first} s.d. {days.last}"


def _signed(change: Decimal | None) -> str:
    return "" if change is None else f"{change:+}".replace(".", ",")


# ---------------------------------------------------------------- for programs

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def as_json(readings: Iterable[Reading]) -> str:
    """Numbers as numbers, with a point; null where nothing can be said."""
    report = {"weight": "1/9", "surveys": [_plain(read) for read in readings]}
    return msgspec.json.format(_ENCODER.encode(report), indent=1).decode()


def as_csv(readings: Iterable[Reading]) -> str:
    """A row for each element of each survey, under one header."""
    rows = [{**_head(read), **_element(line)} for read in readings for line in read.lines]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _plain(read: Reading) -> dict[str, Any]:
    weights = None if read.weights is None else [weight.name for weight in read.weights]
    by_priority = sorted(read.lines, key=lambda line: line.priority)
    return {
        **_head(read),
        "published": read.survey.published,
        "weights_that_give_it": weights,
        "possible_mutu": list(read.grades),
        "before_first_day": read.before and read.before.days.first,
        "before_last_day": read.before and read.before.days.last,
        "priorities": [line.slug for line in by_priority],
        "elements": [_element(line) for line in read.lines],
    }


def _head(read: Reading) -> dict[str, Any]:
    survey, found = read.survey, read.result
    return {
        "agency": survey.agency,
        "first_day": survey.days.first,
        "last_day": survey.days.last,
        "n": survey.n,
        "ni": half_up_to(NI_PLACES, found.ni),
        "ikm": half_up(found.nik),
        "ikm_mutu": found.mutu,
        "ikm_kinerja": found.kinerja,
        "ikm_change": read.change,
        "classes": found.classes,
    }


def _element(line: Line) -> dict[str, Any]:
    return {
        "element": line.slug,
        "answers": line.mean.n,
        "nrr": half_up_to(NI_PLACES, line.mean.value),
        "nik": line.nik,
        "mutu": line.mutu,
        "kinerja": line.kinerja,
        "change": line.change,
        "priority": line.priority,
    }
