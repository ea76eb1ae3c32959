"""What changed while an agency's index ran: the weeks with a change, numbered, oldest first."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from flask_babel import lazy_gettext

from collector.index.periods import Days, containing
from collector.ledger.changes import EVERYBODY, Change, changes
from collector.web.drawing import Flag
from collector.web.languages import gettext, language
from collector.web.site import ledger, site


class Said(NamedTuple):
    day: date
    text: str


class Happening(NamedTuple):
    """A week with its changes. The number stands in the pictures and before the text."""

    number: int
    said: list[Said]

    @property
    def flag(self) -> Flag:
        return Flag(self.said[0].day, self.number)


def timeline(agency: str, days: Days) -> list[Happening]:
    """What changed on these days at the agency, and everywhere."""
    known = [each for each in changes(ledger(), site().config.zone, agency) if each.day in days]
    weeks = groupby(known, key=lambda each: containing("week", each.day))
    return [Happening(n, list(_said(own))) for n, (_, own) in enumerate(weeks, 1)]


def flags(happenings: Iterable[Happening], days: Days) -> tuple[Flag, ...]:
    """Those that a picture of these days shows."""
    return tuple(each.flag for each in happenings if each.flag.at in days)


def _said(own: Iterable[Change]) -> list[Said]:
    return [Said(change.day, _sentence(change)) for change in own]


_SENTENCES: Final = {
    "kiosk-came": lazy_gettext("Kiosk %(kiosk)s mulai berdiri di %(counter)s."),
    "kiosk-moved": lazy_gettext("Kiosk %(kiosk)s pindah dari %(before)s ke %(counter)s."),
    "kiosk-left": lazy_gettext("Kiosk %(kiosk)s tidak lagi berdiri di %(counter)s."),
    "question": lazy_gettext("Kiosk %(kiosk)s diminta bertanya: %(question)s"),
    "rotation-begun": lazy_gettext("Kiosk mulai menanyakan sembilan unsur secara bergiliran."),
    "rotation-ended": lazy_gettext("Kiosk kembali menanyakan pertanyaan semula."),
    "begun": lazy_gettext("Perangkat daerah ini mulai dengan nama ini."),
    "followed": lazy_gettext("Menggantikan %(before)s."),
    "succeeded": lazy_gettext("Berakhir; digantikan oleh %(successor)s."),
    "ended": lazy_gettext("Berakhir."),
    "ruleset": lazy_gettext(
        "Aturan penyalahgunaan %(after)s berlaku, sebelumnya %(before)s (semua perangkat daerah)."
    ),
    "hours": lazy_gettext(
        "Suara dinilai dengan jam layanan atau hari libur yang lain (semua perangkat daerah)."
    ),
    "release-rules": lazy_gettext(
        "Angka diterbitkan menurut %(after)s, sebelumnya %(before)s (semua perangkat daerah)."
    ),
}


def _sentence(change: Change) -> str:
    if change.what == "note":
        text = change.told["text"]
        return (
            text
            if change.agency != EVERYBODY
            else gettext("%(note)s (semua perangkat daerah)", note=text)
        )
    told = dict(change.told)
    if language() == "en" and "question_en" in told:
        told["question"] = told["question_en"]
    ended = change.what == "ended" and told["successor"]
    sentence = _SENTENCES["succeeded" if ended else change.what]
    return str(sentence) % told
