"""Tables of complaints as an office would have them, and a collector to import them."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from collector.cli import main
from collector.index.complaints import Complaint
from collector.ledger.complaints import filed
from collector.ledger.store import read_snapshot

MAPPING = """\
id_column = "No"
received_column = "Masuk"
agency_column = "OPD"
status_column = "Status"
answered_column = "Jawab"
closed_column = "Tutup"
[statuses]
"Proses" = "open"
"Dijawab" = "answered"
"Selesai" = "closed"
"Arsip" = "rejected"
"""
HEADER = ["No", "Masuk", "OPD", "Status", "Jawab", "Tutup"]
CLOSED = ["K1", "2026-02-02", "dukcapil", "Selesai", "2026-02-04", "2026-02-09"]
OPEN = ["K2", "2026-02-03", "DPMPTSP", "Proses", "", ""]


def write(
    data: Path,
    rows: Sequence[Sequence[object]],
    mapping: str = MAPPING,
    header: Sequence[str] = HEADER,
) -> None:
    (data / "m.toml").write_text(mapping)
    text = "\n".join(";".join(map(str, row)) for row in [header, *rows])
    (data / "l.csv").write_text(text + "\n")


def run(data: Path, *options: str, as_of: str | None = "2026-03-02") -> Result:
    words = ["--data", str(data), "lapor", "import", str(data / "l.csv")]
    when = [] if as_of is None else ["--as-of", as_of]
    words += ["--mapping", str(data / "m.toml"), *when, *options]
    return CliRunner().invoke(main, words)


def stored(data: Path) -> list[Complaint]:
    """In order of their days."""
    with closing(read_snapshot(data / "ledger.db")) as db:
        return sorted(filed(db).values(), key=lambda each: each.received)


def dump(data: Path) -> str:
    with closing(read_snapshot(data / "ledger.db")) as db:
        return "\n".join(db.conn.iterdump())


def rows_in(data: Path, table: str) -> list[Any]:
    with closing(read_snapshot(data / "ledger.db")) as db:
        return list(db[table].rows)
