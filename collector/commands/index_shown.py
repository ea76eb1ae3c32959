"""How the index is shown: to people in Indonesian, to programs plainly."""

import csv
import io
from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
from rich.table import Table

from collector.commands.buttons import BUTTONS
from collector.commands.people import people
from collector.config import Config
from collector.index.compare import Group, Standing
from collector.index.figure import MINIMUM, Figure
from collector.index.interval import CONFIDENCE
from collector.index.participation import Participation
from collector.index.periods import Days
from collector.index.scales import FaceMapping
from collector.ledger.misuse import Look
from collector.ledger.places import Agency
from collector.ledger.reading import Uncertain

LABEL: Final = "indeks kiosk (bukan SKM)"
TITLE: Final = "Indeks kiosk (bukan SKM)"
NO_FIGURE: Final = "data belum cukup"


class Line(NamedTuple):
    """One agency over the period."""

    agency: Agency
    figure: Figure
    uncertain: Uncertain
    standing: Standing | None  # among those that serve alike
    joined: Participation
    left_out: int  # votes, by the misuse rules


class Asked(NamedTuple):
    days: Days
    slug: str | None  # of one agency
    mapping: FaceMapping
    filtered: bool  # without what the misuse rules leave out


# ---------------------------------------------------------------- for programs


def _plain(line: Line, days: Days) -> dict[str, Any]:
    """Numbers as numbers, with a point; null where nothing can be said."""
    shown, placed = line.figure, line.standing
    return {
        "agency": line.agency.agency,
        "short": line.agency.short,
        "service": line.agency.service,
        "first_day": days.first,
        "last_day": days.last,
        "n": shown.n,
        **shown.counts,
        "foreign": shown.foreign,
        "index": shown.index,
        "low": shown.low,
        "high": shown.high,
        "grade": shown.grade,
        "mapping": shown.mapping,
        "phi": shown.phi,
        "group": placed and placed.group,
        "funnel_low": placed and placed.low,
        "funnel_high": placed and placed.high,
        "best_place": placed and placed.best,
        "worst_place": placed and placed.worst,
        "c": line.uncertain.c,
        "d": line.uncertain.d,
        "left_out": line.left_out,
        **_joined(line.joined),
    }


def _joined(joined: Participation) -> dict[str, Any]:
    return {
        "people": joined.people and joined.people.people,
        "people_days": joined.people and joined.people.days,
        "service_days": joined.service_days,
        "participation": joined.rate,
        "uptime": joined.uptime,
        "kiosks": joined.coverage.kiosks,
        "counters": joined.coverage.counters,
        "without_kiosk": "; ".join(joined.coverage.without) or None,
    }


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def as_json(
    lines: Iterable[Line],
    asked: Asked,
    config: Config,
    mappings: list[FaceMapping],
    ruled: Look | None,
) -> str:
    days = asked.days
    report = {
        "label": LABEL,
        "first_day": days.first,
        "last_day": days.last,
        "zone": config.collector.zone,
        "mapping": mappings[0].name if len(mappings) == 1 else None,
        "confidence": CONFIDENCE,
        "minimum_n": MINIMUM,
        "filtered": asked.filtered,
        "ruleset": ruled and ruled.ruleset,
        "ruleset_sha256": ruled and ruled.digest,
        "agencies": [_plain(line, days) for line in lines],
    }
    return msgspec.json.format(_ENCODER.encode(report), indent=1).decode()


def as_csv(lines: Iterable[Line], days: Days) -> str:
    text = io.StringIO()
    rows = [_plain(line, days) for line in lines]
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# ---------------------------------------------------------------- for people


_BESIDE: Final[dict[Group, str]] = {
    "jelas di atas": "di atas",
    "setara": "setara",
    "jelas di bawah": "di bawah",
}
WIDE: Final = 100  # columns of a terminal
WITH_PEOPLE: Final = (
    "Ikut: suara per seratus orang yang dilayani. Aktif: jam layanan saat kiosk terdengar.\n"
    "Kiosk: loket yang punya kiosk."
)
WITHOUT_PEOPLE: Final = (
    f"Keikutsertaan, kiosk aktif, dan loket berkiosk: mulai {WIDE} kolom, atau --json dan --csv."
)


def table(lines: list[Line], mapping: FaceMapping, wide: bool) -> Table:
    made = Table(title=TITLE, box=None, pad_edge=False)
    buttons = "/\n".join(BUTTONS[face] for face in reversed(mapping.faces))
    made.add_column("Perangkat daerah")
    for heading in ("Suara", f"{buttons} %", "Indeks", "Rentang 95 %"):
        made.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Mutu", "Dalam\njenisnya"):
        made.add_column(heading, no_wrap=True)
    for heading in ("Ikut\n%", "Aktif\n%", "Kiosk") if wide else ():
        made.add_column(heading, justify="right", no_wrap=True)
    for service, group in groupby(lines, key=lambda line: line.agency.service):
        made.add_row(f"[bold]{service}[/bold]")
        for line in group:
            made.add_row(*_cells(line), *(_people_cells(line.joined) if wide else ()))
    return made


def _people_cells(joined: Participation) -> tuple[str, ...]:
    """Empty is not known."""
    rate, heard = ("" if each is None else people(each) for each in (joined.rate, joined.uptime))
    return rate, heard, f"{joined.coverage.kiosks}/{joined.coverage.counters}"


def _cells(line: Line) -> tuple[str, ...]:
    shown = line.figure
    name, votes = f" {line.agency.short}", people(shown.n)
    if shown.index is None or shown.low is None or shown.high is None:
        return name, votes, "", "", f"[dim]{NO_FIGURE}[/dim]", "", ""
    shares = "/".join(
        f"{shown.shares[face]:.0%}".rstrip("%") for face in reversed(list(shown.shares))
    )
    bounds = f"{people(shown.low)}–{people(shown.high)}"
    index, group = people(shown.index), _BESIDE[line.standing.group] if line.standing else ""
    return name, votes, shares, index, bounds, shown.grade or "–", group


def note(lines: list[Line], asked: Asked, config: Config, ruled: Look | None) -> str:
    days, mapping = asked.days, asked.mapping
    c, d = (sum(line.uncertain[i] for line in lines) for i in (0, 1))
    return (
        "Angka kerja, belum diterbitkan; yang sudah terbit: 'release show'.\n"
        f"{days.first} s.d. {days.last}: {len(days)} hari, waktu {config.collector.zone}.\n"
        f"Pemetaan {mapping.name}; indeks dari {mapping.bottom} sampai {mapping.top}.\n"
        "Mutu –: rentang menyentuh dua kelas, belum dapat digolongkan.\n"
        "Dalam jenisnya: jelas di atas atau di bawah rata-rata yang melayani serupa.\n"
        f"Bertanggal kira-kira: {people(c)} suara (C); tanpa tanggal, tidak dihitung:"
        f" {people(d)} (D).{_filter_note(lines, asked, ruled)}"
    )


def _filter_note(lines: list[Line], asked: Asked, ruled: Look | None) -> str:
    if not asked.filtered:
        return ""
    if ruled is None:
        return "\nAturan penyalahgunaan belum pernah dijalankan: 'misuse run'."
    out = people(sum(line.left_out for line in lines))
    return f"\nTanpa {out} suara yang disisihkan; aturan {ruled.ruleset} ({ruled.digest[:12]})."
