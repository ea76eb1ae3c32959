"""What stands in the bar above each page: only what its reader may open."""

from typing import Any, Final, NamedTuple

from flask import url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.web.permissions import may_open
from collector.web.reader import Reader


class Item(NamedTuple):
    endpoint: str
    label: LazyString
    address: str


_PAGES: Final = {
    "morning.morning": lazy_gettext("Pagi ini"),
    "overview.overview": lazy_gettext("Ikhtisar"),
    "compare.compare": lazy_gettext("Bandingkan"),
    "alerts.alerts": lazy_gettext("Peringatan"),
    "reports.reports": lazy_gettext("Laporan"),
    "lapor.lapor": lazy_gettext("Pengaduan"),
    "fleet.fleet": lazy_gettext("Kiosk"),
    "integrity.integrity": lazy_gettext("Integritas"),
}
_OF_AGENCY: Final = {
    "agency.agency": lazy_gettext("Perangkat daerah saya"),
    "public.public": lazy_gettext("Angka untuk publik"),
}


def menu(reader: Reader) -> list[Item]:
    """The first is where a login leads to."""
    if reader.agency is not None:
        return [_item(*page, slug=reader.agency) for page in _OF_AGENCY.items()]
    return [_item(*page) for page in _PAGES.items() if may_open(reader.role, page[0])]


def home(reader: Reader) -> str:
    return menu(reader)[0].address


def _item(endpoint: str, label: LazyString, **where: Any) -> Item:
    address = url_for(endpoint, **where) if endpoint == "agency.agency" else url_for(endpoint)
    return Item(endpoint, label, address)
