"""How complaints and index are shown side by side: to people in Indonesian, to programs plainly."""

import csv
import io
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
from rich.table import Table

from collector.commands.people import people
from collector.index.cells import SMALL, Cell
from collector.index.complaints import RESPOND, SETTLE, SETTLE_EXAMINED, VERIFY
from collector.index.figure import Figure
from collector.index.handling import MINIMUM, Handling, Shown
from collector.index.periods import Days
from collector.ledger.places import Agency

LABEL: Final = "indeks kiosk (bukan SKM)"
Bounds = tuple[int, int] | None


class Line(NamedTuple):
    """One agency; no `shown` where it has no complaints, no `place` where it cannot be ranked."""

    agency: Agency
    figure: Figure
    shown: Shown | None
    place: int | None


class Report(NamedTuple):
    days: Days
    as_of: date  # of the last file of complaints
    exact: bool  # small counts are told
    lines: list[Line]
    everyone: Handling


# ---------------------------------------------------------------- for people


def table(report: Report) -> Table:
    title = "Indeks kiosk (bukan SKM) dan penanganan pengaduan (LAPOR!)"
    shown = Table(title=title, box=None, pad_edge=False)
    shown.add_column("Perangkat daerah")
    for heading in (
        "Suara", "Indeks", "Rentang\n95 %", "Pengaduan", "Dijawab\n%", f"≤ {RESPOND} hari\n%",
        "Median\nhari", "P90\nhari", "Selesai\n%", "Lewat\nbatas", "Urutan",
    ):  # fmt: skip
        shown.add_column(heading, justify="right", no_wrap=True)
    for service, group in groupby(report.lines, key=lambda line: line.agency.service):
        shown.add_row(f"[bold]{service}[/bold]")
        for line in group:
            shown.add_row(f" {line.agency.short}", *_index(line.figure), *_handled(line))
    return shown


def _index(figure: Figure) -> tuple[str, ...]:
    if figure.index is None or figure.low is None or figure.high is None:
        return people(figure.n), "", "[dim]belum cukup[/dim]"
    bounds = f"{people(figure.low)}–{people(figure.high)}"
    return people(figure.n), people(figure.index), bounds


def _handled(line: Line) -> tuple[str, ...]:
    found = line.shown
    if found is None:
        return ("0",)
    return (
        _range((found.received.low, found.received.high)),
        _range(found.answered_percent),
        _range(found.in_time_percent),
        _number(found.median),
        _number(found.p90),
        _range(found.closed_percent),
        _range(found.over and (found.over.low, found.over.high)),
        _number(line.place),
    )


def note(report: Report) -> str:
    days = report.days
    told = (
        f"Diterima {days.first} s.d. {days.last}, menurut berkas {report.as_of}.\n"
        "Hari kerja sejak disposisi; bila tidak diketahui, sejak diterima.\n"
        f"Lewat batas: belum dijawab setelah {RESPOND} hari kerja, belum selesai setelah"
        f" {SETTLE} ({SETTLE_EXAMINED} dengan pemeriksaan lapangan).\n"
        f"Kurang dari {MINIMUM} pengaduan: tanpa persen, hari, dan urutan."
    )
    if report.exact:
        return f"{told}\n{_district(report.everyone)}"
    return f"{told} Cacah 1 sampai {SMALL - 1} disebut sebagai rentang."


def _district(everyone: Handling) -> str:
    """Sums would give small counts away, by what is left of them."""
    verified = f"{people(everyone.verified_in_time)} dari {people(everyone.verified)}"
    handed_on = f"{people(everyone.handed_on)} dari {people(everyone.received)}"
    return (
        f"Tanggal disposisi diketahui, seluruh kabupaten: {handed_on}.\n"
        f"Diverifikasi dalam {VERIFY} hari kerja: {verified} yang diverifikasi."
    )


def _range(bounds: Bounds) -> str:
    if bounds is None:
        return ""
    low, high = bounds
    return people(low) if low == high else f"{people(low)}–{people(high)}"


def _number(value: int | None) -> str:
    return "" if value is None else people(value)


# ---------------------------------------------------------------- for programs

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def as_json(report: Report) -> str:
    """Numbers as numbers; low and high differ where a small count is not told."""
    told = {
        "label": LABEL,
        "first_day": report.days.first,
        "last_day": report.days.last,
        "as_of": report.as_of,
        "exact": report.exact,
        "minimum_cases": MINIMUM,
        "small_cell": SMALL,
        "verified": report.everyone.verified if report.exact else None,
        "verified_in_time": report.everyone.verified_in_time if report.exact else None,
        "agencies": [_plain(line) for line in report.lines],
    }
    return msgspec.json.format(_ENCODER.encode(told), indent=1).decode()


def as_csv(report: Report) -> str:
    rows = [_plain(line) for line in report.lines]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _plain(line: Line) -> dict[str, Any]:
    figure, found = line.figure, line.shown
    return {
        "agency": line.agency.agency,
        "short": line.agency.short,
        "service": line.agency.service,
        "n": figure.n,
        "index": figure.index,
        "low": figure.low,
        "high": figure.high,
        "grade": figure.grade,
        "mapping": figure.mapping,
        **_ends("received", found.received if found else Cell(0, 0)),
        **_ends("answered", found and found.answered),
        **_ends("closed", found and found.closed),
        **_ends("over", found and found.over),
        **_ends("answered_percent", found and found.answered_percent),
        **_ends("in_time_percent", found and found.in_time_percent),
        **_ends("closed_percent", found and found.closed_percent),
        "median_days": found and found.median,
        "p90_days": found and found.p90,
        "place": line.place,
    }


def _ends(name: str, bounds: Cell | Bounds) -> dict[str, int | None]:
    low, high = bounds or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}
