"""Reads the file of agencies, units and counters, and says in which line it makes no sense."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from collector.ledger.places import Agency, Counter, Question, Unit
from collector.tomlfile import Fault, Step, read_toml
from kiosk.wire import Slug

PACKAGED: Final = Path(__file__).parent / "data" / "agencies.toml"

Text = Annotated[str, Meta(pattern=r"\S", max_length=200)]


class Places(NamedTuple):
    agencies: list[Agency]
    units: list[Unit]
    counters: list[Counter]
    questions: list[Question]
    placeholders: int  # units that are plausible, not real


class QuestionTable(Struct, forbid_unknown_fields=True):
    slug: Slug
    text_id: Text
    text_en: Text


class UnitTable(Struct, forbid_unknown_fields=True):
    slug: Slug
    name: Text
    district: Text | None = None
    placeholder: bool = False
    counters: dict[Slug, Text] = {}


class AgencyTable(Struct, forbid_unknown_fields=True):
    slug: Slug
    short: Text
    name: Text
    service: Text
    source: Text
    verified: bool
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Slug | None = None
    unit: list[UnitTable] = []


class File(Struct, forbid_unknown_fields=True):
    agency: list[AgencyTable]
    question: list[QuestionTable] = []


def read_places(path: Path) -> Places:
    """Raises FileError, with every fault that was found."""
    file, source = read_toml(path, File)
    source.refuse(_nonsense(file))
    return _places(file)


def _places(file: File) -> Places:
    units = [(agency, unit) for agency in file.agency for unit in agency.unit]
    return Places(
        agencies=[_agency(table) for table in file.agency],
        units=[Unit(unit.slug, agency.slug, unit.name, unit.district) for agency, unit in units],
        counters=[
            Counter(slug, unit.slug, name)
            for _, unit in units
            for slug, name in unit.counters.items()
        ],
        questions=[Question(each.slug, each.text_id, each.text_en) for each in file.question],
        placeholders=sum(unit.placeholder for _, unit in units),
    )


def _agency(table: AgencyTable) -> Agency:
    return Agency(
        table.slug,
        table.name,
        table.short,
        table.service,
        table.source,
        table.verified,
        valid_from=_iso(table.valid_from),
        valid_to=_iso(table.valid_to),
        successor=table.successor,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


Named = tuple[Sequence[Step], str]  # where a slug stands, and the slug


def _nonsense(file: File) -> Iterator[Fault]:
    """What the types cannot see."""
    agencies: list[Named] = [
        ([("agency", i), ("slug", None)], agency.slug) for i, agency in enumerate(file.agency)
    ]
    yield from _repeated("agency", agencies)
    yield from _repeated("unit", _units(file))
    yield from _repeated("counter", _counters(file))
    yield from _undone(file, {slug for _, slug in agencies})


def _repeated(kind: str, named: Iterable[Named]) -> Iterator[Fault]:
    seen: set[str] = set()
    for steps, slug in named:
        if slug in seen:
            yield steps, f"{kind} {slug!r} is there already; each needs a slug of its own"
        seen.add(slug)


def _units(file: File) -> Iterator[Named]:
    for i, agency in enumerate(file.agency):
        for j, unit in enumerate(agency.unit):
            yield [("agency", i), ("unit", j), ("slug", None)], unit.slug


def _counters(file: File) -> Iterator[Named]:
    for i, agency in enumerate(file.agency):
        for j, unit in enumerate(agency.unit):
            for slug in unit.counters:
                yield [("agency", i), ("unit", j), ("counters", None), (slug, None)], slug


def _undone(file: File, known: set[str]) -> Iterator[Fault]:
    """Agencies that end before they begin, or pass on to nobody."""
    for i, agency in enumerate(file.agency):
        begins, ends = agency.valid_from, agency.valid_to
        if begins is not None and ends is not None and ends <= begins:
            yield [("agency", i), ("valid_to", None)], f"{ends} is not after valid_from, {begins}"
        if agency.successor is not None and agency.successor not in known - {agency.slug}:
            yield [("agency", i), ("successor", None)], f"there is no agency {agency.successor!r}"
