"""What agencies promised and owe, for whoever must remind them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.index.plans import Plan, State
from collector.index.skm import ELEMENTS
from collector.ledger.handlings import Handlings
from collector.web.languages import gettext, language, ngettext
from collector.web.numbers import day
from collector.web.upkeep import Check

_STATES: dict[State, LazyString] = {
    "open": lazy_gettext("berjalan"),
    "late": lazy_gettext("terlambat"),
    "realised": lazy_gettext("terealisasi"),
    "realised late": lazy_gettext("terealisasi, terlambat"),
    "withdrawn": lazy_gettext("dibatalkan"),
}
_ELEMENTS = {element.slug: element for element in ELEMENTS}


class Entry(NamedTuple):
    """A plan as its row on the page of its agency."""

    plan: Plan
    about: str
    state: State
    word: str


def entry(plan: Plan, today: date) -> Entry:
    state = plan.state(today)
    about = [_element(plan.element)] if plan.element else []
    return Entry(plan, "; ".join([*about, *filter(None, [plan.cause])]), state, str(_STATES[state]))


def _element(slug: str) -> str:
    element = _ELEMENTS[slug]
    return element.english if language() == "en" else element.indonesian


# ---------------------------------------------------------------- what is overdue


def late_plans(plans: Mapping[int, Plan], shorts: Mapping[str, str], today: date) -> Check:
    name = gettext("Rencana tindak lanjut")
    about = gettext("Yang dijanjikan perangkat daerah, dengan tenggat dan penanggung jawab.")
    late = [plan for plan in plans.values() if plan.state(today) == "late"]
    if not late:
        return Check("plans", name, about, "good", gettext("tidak ada yang terlambat"))
    told = ngettext("%(num)s terlambat", "%(num)s terlambat", len(late))
    who = _names((plan.agency for plan in late), shorts)
    todo = gettext("Ingatkan penanggung jawabnya, atau catat realisasinya:")
    command = "senyum-collector plan list --late"
    return Check("plans", name, about, "act", f"{told}: {who}", None, todo, command)


def late_complaints(found: Handlings, shorts: Mapping[str, str]) -> Check:
    name = gettext("Pengaduan yang melewati batas")
    about = gettext("Menurut berkas LAPOR! %(day)s.", day=day(found.as_of))
    late = [agency for agency, each in found.of.items() if each.over]
    if not late:
        return Check("complaints", name, about, "good", gettext("tidak ada"))
    told = ngettext("di %(num)s perangkat daerah", "di %(num)s perangkat daerah", len(late))
    todo = gettext("Ingatkan mereka; halaman Pengaduan menyebut cacahnya.")
    return Check("complaints", name, about, "act", f"{told}: {_names(late, shorts)}", todo=todo)


def _names(agencies: Iterable[str], shorts: Mapping[str, str]) -> str:
    return ", ".join(sorted({shorts[agency] for agency in agencies}, key=str.casefold))
