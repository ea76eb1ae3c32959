"""The misuse rules in plain words, and what a case saw."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from babel.numbers import format_decimal
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.ledger.cases import Opening, Verdict
from collector.ledger.misuse import Filter
from collector.web.languages import gettext, language
from collector.web.numbers import percent, whole
from collector.web.words import face_word

Seen = Mapping[str, str | int | float]


class Rule(NamedTuple):
    name: LazyString
    about: LazyString


CASES: Final[dict[str, Rule]] = {
    "rhythm": Rule(
        lazy_gettext("Irama"),
        lazy_gettext("Suara datang dengan jarak yang terlalu teratur untuk sebuah antrean."),
    ),
    "sitting": Rule(
        lazy_gettext("Beruntun"),
        lazy_gettext("Satu wajah ditekan berturut-turut lebih lama daripada kebetulan."),
    ),
    "volume": Rule(
        lazy_gettext("Banyaknya suara"),
        lazy_gettext("Seminggu jauh lebih banyak suara daripada minggu-minggu sebelumnya."),
    ),
    "share": Rule(
        lazy_gettext("Bagian satu wajah"),
        lazy_gettext("Satu wajah jauh lebih sering ditekan daripada minggu-minggu sebelumnya."),
    ),
    "corrections": Rule(
        lazy_gettext("Koreksi"),
        lazy_gettext("Begitu banyak suara dikoreksi sehingga indeksnya bergeser."),
    ),
}
FILTERS: Final[dict[Filter, Rule]] = {
    "burst": Rule(
        lazy_gettext("Rentetan"),
        lazy_gettext("Satu wajah ditekan berkali-kali dalam beberapa detik; yang pertama tetap."),
    ),
    "hours": Rule(
        lazy_gettext("Di luar jam layanan"),
        lazy_gettext("Suara pada seperempat jam ketika tidak seorang pun dilayani."),
    ),
}
VERDICTS: Final[dict[Verdict, LazyString]] = {
    "misuse": lazy_gettext("penyalahgunaan"),
    "honest": lazy_gettext("wajar"),
    "unclear": lazy_gettext("tidak jelas"),
}


def evidence(opening: Opening) -> str:
    """What was seen, and how rare chance would have to be."""
    seen = opening.evidence
    match opening.rule:
        case "share":
            said = gettext(
                "%(share)s %(face)s dari %(votes)s suara, sebelumnya %(before)s.",
                share=percent(float(seen["share"])),
                face=face_word(str(seen["face"])),
                votes=_whole(seen, "votes"),
                before=percent(float(seen["before"])),
            )
        case "volume":
            said = gettext(
                "%(votes)s suara, biasanya %(usual)s.",
                votes=_whole(seen, "votes"),
                usual=_whole(seen, "usual"),
            )
        case "sitting":
            return gettext(
                "%(run)s kali %(face)s berturut-turut, dari %(votes)s suara; batasnya %(limit)s.",
                run=_whole(seen, "run"),
                face=face_word(str(seen["face"])),
                votes=_whole(seen, "votes"),
                limit=_whole(seen, "limit"),
            )
        case "corrections":
            said = gettext(
                "%(corrections)s dari %(votes)s suara mengoreksi suara sebelumnya; indeks"
                " %(index)s, tanpa koreksi %(uncorrected)s.",
                corrections=_whole(seen, "corrections"),
                votes=_whole(seen, "votes"),
                index=_tenth(seen, "index"),
                uncorrected=_tenth(seen, "uncorrected"),
            )
        case _:
            said = gettext(
                "%(gaps)s jarak yang hampir sama antara suara %(face)s, rata-rata %(seconds)s"
                " detik.",
                gaps=_whole(seen, "gaps"),
                face=face_word(str(seen["face"])),
                seconds=_tenth(seen, "mean_seconds"),
            )
    rare = gettext("Kebetulan seperti itu: sekali dalam %(times)s.", times=_once_in(seen))
    return f"{said} {rare}"


def _whole(seen: Seen, name: str) -> str:
    return whole(round(float(seen[name])))


def _tenth(seen: Seen, name: str) -> str:
    return format_decimal(float(seen[name]), format="0.#", locale=language())


def _once_in(seen: Seen) -> str:
    """To two digits: it is no more exact than that."""
    times = 1 / max(float(seen["chance"]), 1e-15)
    step = 10 ** max(int(math.log10(times)) - 1, 0)
    return whole(round(times / step) * step)
