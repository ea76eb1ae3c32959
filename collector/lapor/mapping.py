"""Which column of a table of complaints is what: a TOML file that an admin writes.

There is no key for the text of a complaint, a name or an address: no such column can be read.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from collector.index.complaints import Status
from collector.tomlfile import Fault, read_toml

Heading = Annotated[str, Meta(pattern=r"\S", max_length=200)]
Order = Literal["year-month-day", "day/month/year", "month/day/year"]


class Mapping(Struct, forbid_unknown_fields=True):
    """Headings of columns, and what their words mean."""

    id_column: Heading  # the number of the complaint; only a keyed hash of it is stored
    received_column: Heading
    status_column: Heading
    statuses: dict[str, Status]  # what the column says → what it means
    agency: Heading | None = None  # one for the whole file, or
    agency_column: Heading | None = None
    answered_column: Heading | None = None  # this or the next is needed
    closed_column: Heading | None = None
    verified_column: Heading | None = None
    disposition_column: Heading | None = None
    examined_column: Heading | None = None
    examined: dict[str, bool] = {}  # what that column says → must somebody go and look?
    class_column: Heading | None = None
    classes: dict[str, bool] = {}  # what that column says → is it a complaint?
    agencies: dict[str, str] = {}  # what the column says → slug, where it is no name that we know
    dates: Order = "year-month-day"
    sheet: Heading | None = None  # of a workbook; else its first

    def headings(self) -> list[str]:
        """Of every column that is read; of all others nothing is."""
        named = (
            self.id_column,
            self.received_column,
            self.status_column,
            self.agency_column,
            self.answered_column,
            self.closed_column,
            self.verified_column,
            self.disposition_column,
            self.examined_column,
            self.class_column,
        )
        return [heading for heading in named if heading is not None]


def read_mapping(path: Path, agencies: Iterable[str]) -> Mapping:
    """`agencies` are the slugs that are known. Raises FileError, with every fault."""
    mapping, source = read_toml(path, Mapping)
    source.refuse(_nonsense(mapping, set(agencies)))
    return mapping


def _nonsense(mapping: Mapping, agencies: set[str]) -> Iterator[Fault]:
    if (mapping.agency is None) == (mapping.agency_column is None):
        yield [("agency", None)], "give either agency or agency_column"
    if mapping.answered_column is None and mapping.closed_column is None:
        yield [], "give answered_column, closed_column, or both"
    if (mapping.examined_column is None) != (not mapping.examined):
        yield [("examined", None)], "examined_column and [examined] belong together"
    if (mapping.class_column is None) != (not mapping.classes):
        yield [("classes", None)], "class_column and [classes] belong together"
    if not mapping.statuses:
        yield [("statuses", None)], "it must say what each status means"
    for name, slug in mapping.agencies.items():
        if slug not in agencies:
            yield [("agencies", None), (name, None)], f"there is no agency {slug!r}"
    yield from _repeated(mapping.headings())


def _repeated(headings: Sequence[str]) -> Iterator[Fault]:
    for heading in sorted({each for each in headings if headings.count(each) > 1}):
        yield [], f"the column {heading!r} is named twice"
