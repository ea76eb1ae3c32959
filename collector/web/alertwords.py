"""Alerts in the reader's language: what is wrong, and what to do about it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.alerts.kinds import TRAITS, Act
from collector.alerts.wording import words
from collector.ledger.alerts import Alert
from collector.web.languages import gettext, language


class Todo(NamedTuple):
    """What to do, and the page where to begin; or the command."""

    text: LazyString
    endpoint: str = ""
    command: str = ""


TODO: Final[dict[Act, Todo]] = {
    "upkeep": Todo(lazy_gettext("Lihat sebabnya di halaman Integritas."), "integrity.integrity"),
    "visit": Todo(lazy_gettext("Kunjungi kiosk; halaman Kiosk menyebut tempatnya."), "fleet.fleet"),
    "approve": Todo(
        lazy_gettext("Periksa kartunya, lalu putuskan di server:"),
        command="senyum-collector kiosk approve",
    ),
    "remind": Todo(lazy_gettext("Ingatkan perangkat daerahnya."), "lapor.lapor"),
    "hurry": Todo(lazy_gettext("Ingatkan perangkat daerahnya hari ini."), "lapor.lapor"),
    "review": Todo(lazy_gettext("Periksa kasusnya selagi waktunya masih ada."), "cases.cases"),
    "chase": Todo(lazy_gettext("Tanyakan kepada penanggung jawabnya."), "agency.agency"),
    "sign": Todo(lazy_gettext("Baca angkanya, lalu tanda tangani."), "releasing.releasing"),
    "look": Todo(lazy_gettext("Cari sebabnya bersama perangkat daerah itu."), "agency.agency"),
}


def told(alert: Alert, shorts: Mapping[str, str]) -> str:
    said = words(alert, shorts, language())
    return gettext(said.text, **said.values)


def todo(alert: Alert) -> Todo:
    return TODO[TRAITS[alert.kind].act]


def page(alert: Alert) -> str:
    """Where to begin; '' where that is a command."""
    endpoint = todo(alert).endpoint
    if endpoint == "agency.agency":
        return url_for(endpoint, slug=alert.agency)
    return url_for(endpoint) if endpoint else ""
