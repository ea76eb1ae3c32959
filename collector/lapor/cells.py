"""What a cell of a complaint may hold. No message repeats a cell: it may hold what must not stay.

A column that was mapped by mistake (a name, the text) holds nothing that any of these take.
"""

import re
from datetime import date, datetime
from typing import Final

from collector.lapor.mapping import Order

_NUMBER: Final = re.compile(r"#?(?=.*\d)[A-Za-z0-9][A-Za-z0-9./_-]{0,39}", re.ASCII)
# The 16 digits of an identity card, and telephones: somebody mapped the wrong column.
_PERSON: Final = re.compile(r"\d{16}|(\+?62|0)8\d{7,12}", re.ASCII)
_TIME: Final = r"(?:[ T]\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?: ?(?:WITA|WIB|WIT))?)?"
_FORMS: Final[dict[Order, tuple[str, re.Pattern[str], str]]] = {
    "year-month-day": (
        r"%Y-%m-%d", re.compile(r"(\d{4}-\d{2}-\d{2})" + _TIME, re.ASCII), "2026-08-17"),
    "day/month/year": (
        r"%d/%m/%Y", re.compile(r"(\d{1,2}[/-]\d{1,2}[/-]\d{4})" + _TIME, re.ASCII), "17/08/2026"),
    "month/day/year": (
        r"%m/%d/%Y", re.compile(r"(\d{1,2}[/-]\d{1,2}[/-]\d{4})" + _TIME, re.ASCII), "08/17/2026"),
}  # fmt: skip


def number(text: str) -> str:
    """Raises ValueError, as all of these do, with what is allowed."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("is no number of a complaint: up to 40 letters and digits, no spaces")
    if _PERSON.fullmatch(text):
        raise ValueError("looks like an identity number or a telephone; map the complaint's own")
    return text.removeprefix("#").casefold()


def day(text: str, order: Order) -> date:
    """A time behind it is dropped. A workbook's own dates are read whatever the order."""
    for form in (order, "year-month-day"):
        shape, pattern, _ = _FORMS[form]
        if found := pattern.fullmatch(text):
            return _date(
                found[1] if form == "year-month-day" else found[1].replace("-", "/"), shape
            )
    raise ValueError(f"is no day; the mapping says that days are written like {_FORMS[order][2]}")


def _date(text: str, shape: str) -> date:
    try:
        return datetime.strptime(text, shape).date()
    except ValueError:
        raise ValueError("is no day of the calendar") from None
