"""Local days and the calendar periods made of them: `[first, end)`, weeks begin on Monday."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Kind = Literal["day", "week", "month", "triwulan", "semester", "year"]

_MONTHS: Final[dict[Kind, int]] = {"month": 1, "triwulan": 3, "semester": 6, "year": 12}
_ONE: Final = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Days:
    """Whole local days from `first` until `end`, which is the first day after them."""

    first: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.first:
            raise ValueError(f"a period cannot begin on {self.first} and end before {self.end}")

    @classmethod
    def from_to(cls, first: str, last: str) -> "Days":
        """From ISO dates, both included. Raises ValueError."""
        return cls(date.fromisoformat(first), date.fromisoformat(last) + _ONE)

    @property
    def last(self) -> date:
        return self.end - _ONE

    def __len__(self) -> int:
        return (self.end - self.first).days

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end

    def holds(self, other: "Days") -> bool:
        """All of the other's days are among these."""
        return self.first <= other.first and other.end <= self.end


def containing(kind: Kind, day: date) -> Days:
    """The day, ISO week, month, triwulan, semester or year in which `day` lies."""
    if kind == "day":
        return Days(day, day + _ONE)
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return Days(monday, monday + timedelta(days=7))
    months = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Days(first, _months_after(first, months))


def previous(kind: Kind, days: Days) -> Days:
    """The period of this kind that ends before `days` begins."""
    return containing(kind, days.first - _ONE)


def _months_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
