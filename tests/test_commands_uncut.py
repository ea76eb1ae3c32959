"""A table in a narrow terminal: figures and words stay whole."""

import pytest
from rich.table import Table

from collector.commands.uncut import uncut

FIGURES = ("18.301", "74,46–75,52", "−12,4")
NAME = "Dinas Kependudukan dan Pencatatan Sipil"


def table() -> Table:
    made = Table(box=None, pad_edge=False)
    made.add_column("Perangkat daerah")
    for heading in ("Jumlah suara", "Rentang 95 %", "Perubahan"):
        made.add_column(heading, justify="right", no_wrap=True)
    made.add_column("Penanggung jawab", overflow="fold")
    made.add_row(NAME, *FIGURES, "Sekretaris, Kepala Subbagian Kepegawaian")
    return made


@pytest.mark.parametrize("columns", [1, 20, 60, 80, 90, 200])
def test_figures_and_words_are_whole_in_any_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = uncut(table())
    assert "…" not in shown
    words = set(shown.split())
    assert words >= set(FIGURES)
    assert words >= set(NAME.split())
    assert words >= {"Kepegawaian", "Sekretaris,"}


def test_where_there_is_room_it_is_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert len(uncut(table()).splitlines()) == 2


def test_names_fold_before_the_terminal_is_too_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    lines = uncut(table()).splitlines()
    assert len(lines) > 2
    assert max(map(len, lines)) <= 100
