"""Content as words for paper: what the templates beside this file set, and nothing else.

Every number comes here as text, as it was given out; the templates compute none. Only where a
figure stands on a scale is told as numbers too, to be drawn.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import segno

from collector.index.plans import Plan, State
from collector.index.skm import ELEMENTS
from collector.index.trend import Trend
from collector.ledger.places import Agency
from collector.release.rules import WAIT_DAYS, rules_of
from collector.report import words
from collector.report.content import Content, Line

Document = dict[str, Any]  # for JSON

TITLE: Final = "Laporan indeks kiosk (bukan SKM)"
NAMED: Final = 6  # so many agencies are named where there is little room
_MOVES: Final[tuple[tuple[Trend | None, str], ...]] = (
    ("naik", "Naik"),
    ("turun", "Turun"),
    ("tetap", "Tetap"),
    (None, "Belum dapat dibandingkan"),
)
_ELEMENTS: Final = {element.slug: element.indonesian for element in ELEMENTS}
_STATES: Final[dict[State, str]] = {
    "open": "berjalan",
    "late": "terlambat",
    "realised": "terealisasi",
    "realised late": "terealisasi, terlambat",
    "withdrawn": "dibatalkan",
}


def document(content: Content, address: str) -> Document:
    """`address` is where citizens find the pages; '' where nobody has said."""
    subject, main = content.subject, content.main
    place = words.REGENCY if subject.agency is None else subject.agency.name
    rules = rules_of(subject.audience, main.figure.scope)
    public = f"{address.rstrip('/')}/publik" if address else ""
    return {
        "title": TITLE,
        "label": words.LABEL,
        "subject": place,
        "of": place if subject.agency else f"{words.REGENCY} dan perangkat daerahnya",
        "office": f"Kepala {place}" if subject.agency else "",
        "period": words.period_name(subject.kind, subject.days),
        "span": words.span(subject.days),
        "audience": words.AUDIENCES[subject.audience],
        "rules": main.figure.rules,
        "published": words.day(content.published),
        "published_on": [content.published.year, content.published.month, content.published.day],
        "main": _line(main),
        "method": list(_method(content)),
        "graded": rules is not None and rules.graded,
        "rows": "Perangkat daerah" if subject.agency is None else "Unit layanan",
        "groups": list(_groups(content)),
        "remarks": list(_remarks(content)),
        "revisions": list(_revisions(content)),
        "moves": list(_moves(content.lines)),
        "course": list(_course(content)),
        "whole": subject.agency is None,
        "plans": [_plan(content, *each) for each in content.plans],
        "plans_told": subject.audience != "public",
        "conclusion": list(_conclusion(content, place)),
        "address": public,
        "qr": segno.make(public, error="m", micro=False).svg_inline(border=0) if public else None,
    }  # fmt: skip


# ---------------------------------------------------------------- figures


def _line(line: Line) -> Document:
    figure = line.figure
    told = {
        "name": line.name,
        "index": words.index(figure),
        "interval": words.interval(figure),
        "votes": words.votes(figure),
        "shares": words.shares(figure),
        "grade": words.grade(figure),
        "said": _said(line),
        "version": figure.version,
        "reason": _reason(line),
        "remark": line.remark,
        "change": _change(line),
        "change_long": _change_long(line),
    }
    if figure.index is None:
        return told
    return {**told, "place": [str(figure.low), str(figure.index), str(figure.high)]}


def _said(line: Line) -> str:
    """Where no index is told."""
    figure = line.figure
    if figure.detail == "nothing":
        return words.NO_FIGURE
    return "" if figure.index is not None else words.shares(figure)


def _reason(line: Line) -> str:
    """Of a new version; those of the district are made daily and have none."""
    return "" if line.figure.audience == "district" else line.figure.reason


def _change(line: Line) -> str:
    before = "" if line.before is None else words.index(line.before)
    if line.change is None:
        return ""
    now = words.index(line.figure)
    told = {
        "naik": f"naik dari {before} menjadi {now}",
        "turun": f"turun dari {before} menjadi {now}",
        "tetap": f"perubahan tidak terbukti (sebelumnya {before})",
    }
    return told[line.change]


def _change_long(line: Line) -> str:
    """One sentence."""
    if line.change is None:
        return "Belum dapat dibandingkan dengan periode sebelumnya."
    before = "" if line.before is None else words.index(line.before)
    now = words.index(line.figure)
    if before == now:
        return f"Indeks yang disebut sama dengan periode sebelumnya: {now}."
    if line.change == "tetap":
        told = f"{before} menjadi {now}, masih dalam batas kebetulan."
        return f"Perubahan dari periode sebelumnya tidak terbukti: {told}"
    return f"Indeks {_change(line)} dibanding periode sebelumnya; ini bukan kebetulan semata."


# ---------------------------------------------------------------- parts of the report


def _method(content: Content) -> Iterator[list[str]]:
    subject, main = content.subject, content.main.figure
    yield [
        "Cara",
        "tombol wajah (puas, cukup puas, tidak puas) di loket; satu pertanyaan: pelayanan",
    ]
    yield ["Waktu", words.span(subject.days)]
    yield ["Jumlah suara", words.votes(main) or words.NO_FIGURE]
    yield ["Nilai wajah", f"{words.worth(main.mapping)} ({main.mapping})"]
    yield ["Rentang", "95 %, Jeffreys–Dirichlet, dilebarkan bila suara sehari serupa"]
    yield [
        "Batas terbit",
        f"sedikitnya {words.whole(words.least(main))} suara; aturan {main.rules}",
    ]
    yield ["Terbit", words.day(content.published)]
    if subject.audience == "district":
        until = f"diperbarui setiap hari sampai {WAIT_DAYS} hari setelah periode berakhir"
        yield ["Keadaan", f"angka kabupaten, {until}"]


def _groups(content: Content) -> Iterator[Document]:
    """By type of service, in the order of the lines; units of an agency are one group."""
    named = content.subject.agency is None
    for service, lines in groupby(content.lines, key=lambda line: line.service):
        yield {
            "name": service if named else "Unit layanan",
            "lines": [_line(line) for line in lines],
        }


def _remarks(content: Content) -> Iterator[Document]:
    for line in content.lines:
        if line.remark:
            yield {"name": line.name, "text": line.remark}


def _revisions(content: Content) -> Iterator[Document]:
    for line in content.lines:
        if _reason(line):
            version, text = line.figure.version, _reason(line)
            yield {"name": line.name, "version": version, "text": text}


def _moves(lines: Sequence[Line]) -> Iterator[Document]:
    """Who moved which way; nothing without lines."""
    for change, word in _MOVES:
        names = sorted((line.name for line in lines if line.change == change), key=str.casefold)
        if names:
            told = "" if change == "tetap" else "; ".join(names)
            yield {"word": word, "count": len(names), "names": told, "short": _short(names)}


def _short(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return "; ".join(names[:NAMED]) + (f"; dan {more} lainnya" if more > 0 else "")


def _course(content: Content) -> Iterator[Document]:
    for past in content.course:
        name = words.period_name(past.kind, past.days)
        yield _line(Line(name, "", past.figure, None, ""))


def _plan(content: Content, agency: Agency, plan: Plan) -> Document:
    about = [_ELEMENTS[plan.element] if plan.element else "", plan.cause]
    return {
        "agency": agency.short,
        "about": "; ".join(filter(None, about)),
        "action": plan.action,
        "due": words.day(plan.due),
        "post": plan.post,
        "state": _STATES[plan.state(content.published)],
    }


# ---------------------------------------------------------------- conclusion


def _conclusion(content: Content, place: str) -> Iterator[str]:
    yield _of_main(content.main, place)
    yield _change_long(content.main)
    if content.lines and content.subject.agency is None:
        yield _of_all(content.lines)
    if content.subject.audience != "public":
        yield _of_plans(content)


def _of_main(main: Line, place: str) -> str:
    figure = main.figure
    if figure.index is None:
        return f"{place}: {_said(main)}."
    graded = f" Mutu: {words.grade(figure)}." if words.grade(figure) else ""
    return (
        f"{words.LABEL.capitalize().replace('skm', 'SKM')} {place} adalah {words.index(figure)}"
        f" (rentang 95 %: {words.interval(figure)}) dari {words.votes(figure)} suara.{graded}"
    )


def _of_all(lines: Iterable[Line]) -> str:
    every = list(lines)
    told = sum(line.figure.index is not None for line in every)
    up, down = (sum(line.change == word for line in every) for word in ("naik", "turun"))
    return (
        f"Dari {len(every)} perangkat daerah, {told} memiliki indeks yang dapat disebut;"
        f" {up} naik dan {down} turun dibanding periode sebelumnya."
    )


def _of_plans(content: Content) -> str:
    late = sum(plan.state(content.published) == "late" for _, plan in content.plans)
    if not content.plans:
        return "Belum ada rencana tindak lanjut yang tercatat untuk periode ini."
    return (
        f"Rencana tindak lanjut yang tercatat: {len(content.plans)}, di antaranya {late} terlambat."
    )
