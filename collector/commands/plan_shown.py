"""How follow-up plans are shown: to people in Indonesian, to programs plainly."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec
from rich.table import Table

from collector.index.plans import Plan, State
from collector.index.skm import ELEMENTS

_NAMES: Final = {element.slug: element.indonesian for element in ELEMENTS}
_STATES: Final[dict[State, str]] = {
    "open": "berjalan",
    "late": "terlambat",
    "realised": "terealisasi",
    "realised late": "terealisasi, terlambat",
    "withdrawn": "dibatalkan",
}
_HEADER: Final = ("plan", *Plan._fields, "state")


def table(found: Mapping[int, Plan], today: date) -> Table:
    shown = Table(title="Rencana tindak lanjut", box=None, pad_edge=False)
    for heading in ("No.", "OPD", "Tentang", "Tindakan", "Tenggat", "Penanggung jawab", "Keadaan"):
        shown.add_column(heading, overflow="fold")
    for number, plan in found.items():
        about, state = "; ".join(_about(plan)), _STATES[plan.state(today)]
        row = (plan.agency, about, plan.action, str(plan.due), plan.post, state)
        shown.add_row(str(number), *row)
    return shown


def lines(plan: Plan) -> Iterator[str]:
    """One version in full."""
    yield f"{plan.agency}: {'; '.join(_about(plan))}"
    yield f"{plan.action}; tenggat {plan.due}; {plan.post}"
    if plan.realised is not None:
        yield f"terealisasi {plan.realised}: {plan.evidence}"
    if plan.withdrawn is not None:
        yield f"dibatalkan {plan.withdrawn}: {plan.why}"


def _about(plan: Plan) -> list[str]:
    element = [_NAMES[plan.element]] if plan.element else []
    return [*element, *filter(None, [plan.cause])]


def as_json(found: Mapping[int, Plan], today: date) -> str:
    rows = [_plain(number, plan, today) for number, plan in found.items()]
    return msgspec.json.format(msgspec.json.encode({"as_of": today, "plans": rows})).decode()


def as_csv(found: Mapping[int, Plan], today: date) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, _HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_plain(number, plan, today) for number, plan in found.items())
    return text.getvalue()


def _plain(number: int, plan: Plan, today: date) -> dict[str, Any]:
    return {"plan": number, **plan._asdict(), "state": plan.state(today)}
