"""Tables and mappings of surveys as an office would have them, and a collector to import them."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from collector.cli import main
from collector.index.skm import SLUGS
from collector.ledger.places import Agency, put_agencies
from collector.ledger.store import open_ledger, read_snapshot, writing
from collector.ledger.surveys import surveys

ELEMENTS = "[elements]\n" + "\n".join(f'{slug} = "U{i}"' for i, slug in enumerate(SLUGS, 1))
ANSWERS = f'layout = "answers"\nagency = "dukcapil"\nperiod = "2025-S2"\n{ELEMENTS}\n'
MEANS = (
    'layout = "means"\nagency_column = "OPD"\nperiod_column = "Periode"\nn_column = "n"\n'
    f'published_column = "IKM"\n{ELEMENTS}\n'
)
HEADER = ["OPD", "Periode", "n", *(f"U{i}" for i in range(1, 10)), "IKM"]
KEMENAG = [105, 101, 100, 116, 102, 105, 106, 105, 115]  # sums of 29 answers


def collector_in(tmp_path: Path) -> Path:
    """A data folder with two agencies."""
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        for slug, short in (("dukcapil", "Disdukcapil"), ("dpmptsp", "DPMPTSP")):
            put_agencies(db, [Agency(slug, f"Dinas {short}", short, "Loket", "test", True)])
    return tmp_path


def write(data: Path, rows: Sequence[Sequence[object]], mapping: str, name: str = "s.csv") -> None:
    (data / "m.toml").write_text(mapping)
    (data / name).write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n")


def run(data: Path, name: str = "s.csv") -> Result:
    words = ["--data", str(data), "skm", "import", str(data / name)]
    return CliRunner().invoke(main, [*words, "--mapping", str(data / "m.toml")])


def means(*rows: str) -> list[list[str]]:
    return [HEADER, *(row.split() for row in rows)]


def kemenag() -> list[list[int]]:
    """Twenty-nine forms with these sums: everybody gives 3, and some of them 4."""
    return [[3 + (form < total - 3 * 29) for total in KEMENAG] for form in range(29)]


def stored(data: Path) -> list[Any]:
    with closing(read_snapshot(data / "ledger.db")) as db:
        return surveys(db)


def journal(data: Path) -> list[Any]:
    with closing(read_snapshot(data / "ledger.db")) as db:
        rows = db.conn.execute("SELECT detail FROM journal WHERE what = 'surveys-imported'")
        return [json.loads(detail) for (detail,) in rows]


BANTUL = "dukcapil 2023 150 3,31 3,35 3,49 3,93 3,45 3,39 3,39 3,76 3,35 87,28"
DPMPTSP = "DPMPTSP 2024 217 3.200 3.216 2.936 3.530 3.136 3.200 3.316 3.916 3.323 81.71"
