"""Numbers and dates as people here read them: 87,28 · 1.480 · 26 Agustus 2019 · 14.05 WITA."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from flask import Flask

from collector.index.periods import Days
from collector.web.languages import gettext, language, ngettext

STRONG, WEAK = -67, -75  # dBm
MINUTE, HOUR, DAY = 60, 3600, 86400


def init_app(app: Flask) -> None:
    shares = (whole, index, tenth, worth, round_points, points, percent, whole_percent)
    filters = (*shares, rate, day, span, clock, hour, ago, hours, degrees, dbm)
    app.jinja_env.filters.update({each.__name__: each for each in filters})


def whole(number: int) -> str:
    return format_decimal(number, locale=language())


def index(value: Decimal | float) -> str:
    return format_decimal(value, format="0.00", locale=language())


def tenth(value: Decimal) -> str:
    return format_decimal(value, format="0.0", locale=language())


def worth(value: float) -> str:
    """What a face is worth: 100, or 62,5."""
    return format_decimal(value, format="0.##", locale=language())


def rate(value: Decimal) -> str:
    """How often something is to be expected in a month; less than a thousandth is said so."""
    least = Decimal("0.001")
    said = format_decimal(max(value, least), format="0.000", locale=language())
    return said if value >= least else f"< {said}"


def round_points(value: Decimal) -> str:
    """An index, or a bound, that is given out in whole points."""
    return format_decimal(value, format="0", locale=language())


def points(value: Decimal) -> str:
    """A difference between two indices, with its sign."""
    return format_decimal(value, format="+0.0;−0.0", locale=language())


def percent(share: float | Decimal) -> str:
    pattern = "0.0 %" if language() == "id" else "0.0%"
    return format_percent(share, format=pattern, locale=language())


def whole_percent(value: Decimal) -> str:
    """A bound of a share that is in percent already; its share stands beside it, with the sign."""
    return format_decimal(value, format="0", locale=language())


def day(value: date) -> str:
    return format_date(value, "d MMMM yyyy", locale=language())


def span(days: Days) -> str:
    """First and last day, naming month and year only once where they are the same."""
    first, last = days.first, days.last
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    pattern = "d MMMM" if first.year == last.year else "d MMMM yyyy"
    return f"{format_date(first, pattern, locale=language())} – {day(last)}"


def clock(value: datetime) -> str:
    """Time of day with the zone's name: 14.05 WITA, in English 14:05 WITA."""
    return f"{value:%H}{_separator()}{value:%M} {value.tzname()}"


def hour(number: int) -> str:
    return f"{number:02}{_separator()}00"


def _separator() -> str:
    return "." if language() == "id" else ":"


def ago(seconds: float) -> str:
    if seconds < MINUTE:
        return gettext("kurang dari semenit lalu")
    if seconds < HOUR:
        return ngettext("%(num)s menit lalu", "%(num)s menit lalu", int(seconds // MINUTE))
    if seconds < 2 * DAY:
        return ngettext("%(num)s jam lalu", "%(num)s jam lalu", int(seconds // HOUR))
    return ngettext("%(num)s hari lalu", "%(num)s hari lalu", int(seconds // DAY))


def took(milliseconds: int) -> str:
    """How long something took, as people say it."""
    seconds = round(milliseconds / 1000)
    if seconds < 1:
        return gettext("kurang dari sedetik")
    if seconds < MINUTE:
        return ngettext("%(num)s detik", "%(num)s detik", seconds)
    return ngettext("%(num)s menit", "%(num)s menit", round(seconds / MINUTE))


def hours(count: int) -> str:
    """How long, coarsely: 5 jam, from two days on 3 hari."""
    if count < 2 * DAY // HOUR:
        return ngettext("%(num)s jam", "%(num)s jam", count)
    return ngettext("%(num)s hari", "%(num)s hari", count * HOUR // DAY)


def dbm(level: int) -> str:
    """Strength of a signal, with a word for who does not know the unit."""
    if level >= STRONG:
        word = gettext("baik")
    else:
        word = gettext("cukup") if level >= WEAK else gettext("lemah")
    number = format_decimal(level, format="0;−0", locale=language())
    return f"{word} ({number} dBm)"


def degrees(thousandths: int) -> str:
    return f"{format_decimal(thousandths / 1000, format='0.0', locale=language())} °C"
