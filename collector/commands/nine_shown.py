"""What kiosks were told on the nine elements, as a table for people and as data for programs."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from rich.table import Table

from collector.commands.people import people
from collector.commands.uncut import uncut
from collector.index.figure import MINIMUM, Figure
from collector.index.interval import CONFIDENCE
from collector.index.nine import LABEL, Nine
from collector.index.periods import Days
from collector.index.skm import ELEMENTS
from collector.ledger.places import Agency

NO_FIGURE: Final = "data belum cukup"
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def shown(agency: Agency, days: Days, found: Nine) -> str:
    return uncut(_table(agency, found)) + "\n".join(_notes(days, found))


def _table(agency: Agency, found: Nine) -> Table:
    table = Table(title=f"{agency.short}: sembilan unsur di kiosk", box=None, pad_edge=False)
    table.add_column("Unsur")
    for heading in ("Suara", "Indeks", "Rentang 95 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for element in ELEMENTS:
        table.add_row(element.indonesian, *_cells(found.elements[element.slug]))
    return table


def _cells(figure: Figure) -> tuple[str, str, str]:
    if figure.index is None or figure.low is None or figure.high is None:
        return people(figure.n), "", f"[dim]{NO_FIGURE}[/dim]"
    bounds = f"{people(figure.low)}–{people(figure.high)}"
    return people(figure.n), people(figure.index), bounds


def _notes(days: Days, found: Nine) -> Iterator[str]:
    yield f"{days.first} s.d. {days.last}; pemetaan {found.mapping}."
    if found.index is None or found.low is None or found.high is None:
        lacking = ", ".join(found.lacking)
        yield f"{LABEL}: {NO_FIGURE}; perlu {MINIMUM} suara untuk: {lacking}."
    else:
        bounds = f"{people(found.low)}–{people(found.high)}"
        yield f"{LABEL}: {people(found.index)}, rentang 95 % {bounds}."
    yield "Tiap unsur ditanyakan pada hari yang berbeda: perbedaannya dapat juga karena harinya."


# ---------------------------------------------------------------- for programs


def as_json(agency: Agency, days: Days, found: Nine) -> str:
    report = {
        "label": LABEL,
        "agency": agency.agency,
        "first_day": days.first,
        "last_day": days.last,
        "mapping": found.mapping,
        "confidence": CONFIDENCE,
        "minimum_n": MINIMUM,
        "index": found.index,
        "low": found.low,
        "high": found.high,
        "elements": [_plain(slug, figure) for slug, figure in found.elements.items()],
    }
    return msgspec.json.format(_ENCODER.encode(report), indent=1).decode()


def as_csv(agency: Agency, days: Days, found: Nine) -> str:
    text = io.StringIO()
    head = {"agency": agency.agency, "first_day": days.first, "last_day": days.last}
    rows = [{**head, **_plain(slug, figure)} for slug, figure in found.elements.items()]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _plain(slug: str, figure: Figure) -> dict[str, Any]:
    return {
        "element": slug,
        "n": figure.n,
        **figure.counts,
        "index": figure.index,
        "low": figure.low,
        "high": figure.high,
        "mapping": figure.mapping,
        "phi": figure.phi,
    }
