"""Which column of a survey's table is what: a TOML file that an admin writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from collector.index.periodnames import period_named
from collector.index.skm import SLUGS
from collector.tomlfile import Fault, read_toml

Heading = Annotated[str, Meta(pattern=r"\S", max_length=200)]


class Mapping(Struct, forbid_unknown_fields=True):
    """Headings of columns. Agency and period are a column each, or the same for the whole file."""

    layout: Literal["answers", "means"]  # a row for each respondent, or for each agency and period
    elements: dict[str, Heading]  # slug → heading
    agency: Heading | None = None
    agency_column: Heading | None = None
    period: Heading | None = None
    period_column: Heading | None = None
    n_column: Heading | None = None  # of `means` only
    published_column: Heading | None = None
    sheet: Heading | None = None  # of a workbook; else its first

    def headings(self) -> list[str]:
        """Of every column that is read; of all others nothing is."""
        others = (self.agency_column, self.period_column, self.n_column, self.published_column)
        return [*self.elements.values(), *(heading for heading in others if heading is not None)]


def read_mapping(path: Path) -> Mapping:
    """Raises FileError, with every fault that was found."""
    mapping, source = read_toml(path, Mapping)
    source.refuse(_nonsense(mapping))
    return mapping


def _nonsense(mapping: Mapping) -> Iterator[Fault]:
    yield from _odd_elements(mapping)
    for what in ("agency", "period"):
        if (getattr(mapping, what) is None) == (getattr(mapping, f"{what}_column") is None):
            yield [(what, None)], f"give either {what} or {what}_column"
    if mapping.period is not None:
        try:
            period_named(mapping.period)
        except ValueError as error:
            yield [("period", None)], str(error)
    if (mapping.layout == "means") == (mapping.n_column is None):
        yield [("n_column", None)], "the layout 'means' needs it, and 'answers' has none"
    yield from _repeated(mapping)


def _odd_elements(mapping: Mapping) -> Iterator[Fault]:
    for slug in mapping.elements:
        if slug not in SLUGS:
            told = f"there is no such element; there are: {', '.join(SLUGS)}"
            yield [("elements", None), (slug, None)], told
    missing = [slug for slug in SLUGS if slug not in mapping.elements]
    if missing:
        yield [("elements", None)], f"all nine are needed; missing: {', '.join(missing)}"


def _repeated(mapping: Mapping) -> Iterator[Fault]:
    headings = mapping.headings()
    for heading in sorted({each for each in headings if headings.count(each) > 1}):
        yield [], f"the column {heading!r} is named twice"
