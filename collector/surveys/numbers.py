"""Numbers as surveys write them: 3.31 or 3,31, never more than a person would write."""

import re
from decimal import Decimal
from typing import Final

_ANSWERS: Final = ("1", "2", "3", "4")
_COUNT: Final = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{1,3}([.,]\d{1,20})?", re.ASCII)
_MEANS: Final = (Decimal(1), Decimal(4))
_IKM: Final = (Decimal(0), Decimal(100))


def answer(text: str) -> int:
    """Raises ValueError, as all of these do, with what is allowed."""
    if text not in _ANSWERS:
        raise ValueError(f"{text!r} is no answer; an answer is 1, 2, 3 or 4")
    return int(text)


def count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no number of respondents; write it like 150")
    return int(text)


def mean(text: str) -> Decimal:
    """With its digits: 3.20 says more than 3.2."""
    return _between(*_MEANS, text, "no mean of answers")


def published(text: str) -> Decimal:
    return _between(*_IKM, text, "no IKM")


def _between(low: Decimal, high: Decimal, text: str, what: str) -> Decimal:
    value = Decimal(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None
    if value is None or not low <= value <= high:
        raise ValueError(f"{text!r} is {what}; it lies between {low} and {high}")
    return value
