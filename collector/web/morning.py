"""This morning: the first page of the district. What asks for an act, in at most seven lines.

It is made of the alerts that are open, and says no figure and no time of a vote.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

from flask import Blueprint, render_template
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.alerts.kinds import TRAITS, Act
from collector.ledger import alerts, runs
from collector.ledger.alerts import Alert
from collector.ledger.places import agencies
from collector.web.alertwords import told
from collector.web.site import ledger, moment

blueprint = Blueprint("morning", __name__, url_prefix="/pagi")

MOST_LINES: Final = 7
MOST_TEXTS: Final = 3  # in a line; its page has them all


class Call(NamedTuple):
    """What somebody is asked for, and the page where it is done or begins."""

    words: LazyString
    endpoint: str


# The most urgent first: what loses votes, then what has a date, then what can be looked into.
CALLS: Final[dict[Act, Call]] = {
    "upkeep": Call(lazy_gettext("Perbaiki di server"), "integrity.integrity"),
    "visit": Call(lazy_gettext("Kunjungi kiosk"), "fleet.fleet"),
    "approve": Call(lazy_gettext("Putuskan kunci baru"), "integrity.integrity"),
    "remind": Call(lazy_gettext("Ingatkan: pengaduan melewati batas"), "lapor.lapor"),
    "hurry": Call(lazy_gettext("Ingatkan hari ini: pengaduan hampir lewat batas"), "lapor.lapor"),
    "review": Call(lazy_gettext("Tutup kasus sebelum waktunya habis"), "cases.cases"),
    "sign": Call(lazy_gettext("Tanda tangani angka"), "releasing.releasing"),
    "chase": Call(lazy_gettext("Tanyakan rencana tindak lanjut yang terlambat"), "alerts.alerts"),
    "look": Call(lazy_gettext("Cari sebab indeks yang turun"), "alerts.alerts"),
}
_ORDER: Final = list(CALLS)


class Line(NamedTuple):
    call: Call
    texts: list[str]
    others: int  # beyond those


@blueprint.get("")
def morning() -> str:
    live = alerts.live(ledger())
    lines = _lines([kept.alert for kept in live if kept.state == "open"])
    return render_template(
        "morning.html",
        lines=lines[:MOST_LINES],
        others=len(lines[MOST_LINES:]),
        handled=sum(kept.state == "acknowledged" for kept in live),
        run=runs.latest(ledger()).get("alerts"),
        now=moment(),
    )


def _lines(found: Sequence[Alert]) -> list[Line]:
    shorts = {agency.agency: agency.short for agency in agencies(ledger())}
    ordered = sorted(found, key=lambda alert: (_rank(alert), alert.since, alert.key))
    groups = ((_ORDER[rank], list(members)) for rank, members in groupby(ordered, key=_rank))
    return [
        Line(
            CALLS[act],
            [told(alert, shorts) for alert in members[:MOST_TEXTS]],
            len(members[MOST_TEXTS:]),
        )
        for act, members in groups
    ]


def _rank(alert: Alert) -> int:
    return _ORDER.index(TRAITS[alert.kind].act)
