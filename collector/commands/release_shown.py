"""How releases are shown: to people in Indonesian, to programs exactly as they were given out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import msgspec
from rich.table import Table

from collector.commands.index_shown import LABEL, NO_FIGURE, TITLE
from collector.index.periods import Days, Kind
from collector.index.scales import MAPPINGS
from collector.ledger.releases import Proposal, Release, Remark, unsigned
from collector.release.told import shares_of

Beside = Mapping[tuple[int | None, str | None], Remark]

_ALONE: Final = {"best": "puas", "worst": "tidak puas"}
_WORDS: Final = ("tidak puas", "cukup puas", "puas")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


# ---------------------------------------------------------------- for people


def table(rows: Sequence[Release], beside: Beside) -> Table:
    """A figure to a row; the agencies' remarks below."""
    first = rows[0]
    title = f"{TITLE}, {first.first_day} s.d. {first.last_day}"
    shown = Table(title=title, caption=_caption(rows, beside), box=None, pad_edge=False)
    shown.add_column("Perangkat daerah / unit")
    for heading in ("Indeks", "Rentang 95 %", "n"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Bagian", "Mutu", "Versi"):
        shown.add_column(heading)
    for row in rows:
        shown.add_row(*_cells(row))
    return shown


def _cells(row: Release) -> tuple[str, ...]:
    place = row.place or "Kabupaten"
    if row.detail == "nothing":
        return place, "", "", "", NO_FIGURE, "", str(row.version)
    span = "" if row.low is None else f"{row.low}–{row.high}"
    index = "" if row.index is None else str(row.index)
    n = "" if row.n is None else str(row.n)
    words = (place, index, span, n, said(row), row.grade or "", str(row.version))
    return tuple(word.replace(".", ",") for word in words)


def said(row: Release) -> str:
    """The shares, in words."""
    if row.detail == "floor":
        return f"n ≥ 30, {_ALONE[str(row.alone)]} di atas 70 %"
    shares = shares_of(row.cells)
    if not shares:
        return ""
    if row.alone is None:
        return ", ".join(f"{word} {share} %" for word, share in zip(_WORDS, shares, strict=True))
    return f"{_ALONE[row.alone]} {shares[0]} %, lainnya {shares[1]} %"


def _caption(rows: Sequence[Release], beside: Beside) -> str:
    held = sum(row.held for row in rows)
    lines = [f"{LABEL}; aturan {rows[0].rules}; ditahan sebagian: {held}."]
    lines += [f"Versi {row.version} {row.place}: {row.reason}" for row in rows if row.reason]
    lines += [f"Tanggapan {each.agency}: {each.text}" for each in beside.values()]
    return "\n".join(lines)


def periods(
    given: Iterable[tuple[Kind, Days]], proposed: Iterable[Proposal], *, plain: bool
) -> str:
    """What was given out, and what waits for its signature."""
    waiting = unsigned(proposed)
    if plain:
        published = [_span(*each) for each in given]
        return _json({"published": published, "proposed": [each._asdict() for each in waiting]})
    lines = [f"{kind}: {days.first} s.d. {days.last}" for kind, days in given]
    lines += [
        f"{each.kind}: {each.first_day} s.d. {each.last_day}, proposed; remarks until"
        f" {each.reply_until}"
        for each in waiting
    ]
    return "\n".join(lines) or "nothing was given out yet: 'release publish' does"


def _span(kind: Kind, days: Days) -> dict[str, str]:
    return {"kind": kind, "first_day": str(days.first), "last_day": str(days.last)}


# ---------------------------------------------------------------- for programs


def as_json(rows: Iterable[Release], beside: Beside) -> str:
    """Never what a figure was made from: that is the ledger's alone."""
    return _json({"label": LABEL, "figures": [_plain(row, beside) for row in rows]})


_KEPT: Final = {"votes", "proposal", "phi", "held"}


def _plain(row: Release, beside: Beside) -> dict[str, Any]:
    told = {name: value for name, value in asdict(row).items() if name not in _KEPT}
    remark = beside.get((row.proposal, row.agency))
    return {
        **told,
        "faces": list(MAPPINGS[row.mapping].points),
        "shares": list(shares_of(row.cells)),
        "remark": remark and remark.text,
    }


def _json(report: object) -> str:
    return msgspec.json.format(_ENCODER.encode(report), indent=1).decode()
