"""The files that an admin of the demo brings in: people counted, and complaints."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from collector.demo.beside import Complaint
from collector.visitors.reading import COLUMNS

VISITORS: Final = "visitors.csv"
LAPOR: Final = "lapor.csv"
LAPOR_MAPPING: Final = "lapor.toml"

_MAPPING: Final = """\
id_column = "Nomor"
agency_column = "Perangkat daerah"
received_column = "Masuk"
disposition_column = "Disposisi"
answered_column = "Tanggapan"
closed_column = "Selesai"
status_column = "Status"

[statuses]
"Proses" = "open"
"Ditanggapi" = "answered"
"Selesai" = "closed"
"""
_HEADINGS: Final = "Nomor,Perangkat daerah,Masuk,Disposisi,Tanggapan,Selesai,Status"


def write_visitors(folder: Path, counted: Mapping[str, Mapping[date, int]]) -> Path:
    """Agency → day → people."""
    rows = ((agency, day, n) for agency, days in counted.items() for day, n in days.items())
    return _write(folder / VISITORS, COLUMNS, rows)


def write_lapor(folder: Path, complaints: Iterable[Complaint]) -> tuple[Path, Path]:
    """The file, and how to read it."""
    mapping = folder / LAPOR_MAPPING
    mapping.write_text(_MAPPING, encoding="utf-8")
    return _write(
        folder / LAPOR, _HEADINGS.split(","), ((*each, each.status) for each in complaints)
    ), mapping


def _write(path: Path, headings: Iterable[str], rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(headings)
        table.writerows(rows)
    return path
