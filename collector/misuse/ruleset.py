"""Reads the ruleset: a file with a version, known by its SHA-256."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct

from collector.index.burst import Limit
from collector.servicehours import calendar_files, own_or_packaged
from collector.tomlfile import Fault, read_toml

FILE: Final = "misuse.toml"
MOST_FALSE: Final = 10.0  # expected false cases a month of the whole fleet

Count = Annotated[int, Meta(ge=1, le=1000)]
Expected = Annotated[float, Meta(gt=0, le=MOST_FALSE)]


class BurstLimit(Struct, forbid_unknown_fields=True, frozen=True):
    votes: Count
    seconds: Annotated[int, Meta(ge=1, le=3600)]


class Burst(Struct, forbid_unknown_fields=True, frozen=True):
    limits: Annotated[list[BurstLimit], Meta(min_length=1)]

    def as_limits(self) -> list[Limit]:
        return [Limit(each.votes, each.seconds * 1000) for each in self.limits]


class Hours(Struct, forbid_unknown_fields=True, frozen=True):
    margin_minutes: Annotated[int, Meta(ge=0, le=240)]


class Budget(Struct, forbid_unknown_fields=True, frozen=True):
    """Expected false cases a month of the whole fleet, of each rule that opens cases."""

    rhythm: Expected
    sitting: Expected
    volume: Expected
    share: Expected
    corrections: Expected
    presence: Expected
    least_kiosks: Annotated[int, Meta(ge=1)]

    def total(self) -> float:
        weekly = self.volume + self.share + self.corrections
        return self.rhythm + self.sitting + weekly + self.presence


Part = Annotated[float, Meta(gt=0, le=1)]


class Caution(Struct, forbid_unknown_fields=True, frozen=True):
    """For what part of its budget the thresholds of a rule are reckoned."""

    rhythm: Part
    sitting: Part
    volume: Part
    share: Part
    corrections: Part
    presence: Part


class Rhythm(Struct, forbid_unknown_fields=True, frozen=True):
    gaps: Annotated[list[Annotated[int, Meta(ge=5, le=100)]], Meta(min_length=1)]
    least_mean_seconds: Annotated[int, Meta(ge=1)]
    shape: Annotated[float, Meta(ge=1, le=50)]


class Sitting(Struct, forbid_unknown_fields=True, frozen=True):
    least_votes: Annotated[int, Meta(ge=10)]


class Baseline(Struct, forbid_unknown_fields=True, frozen=True):
    weeks: Annotated[int, Meta(ge=4, le=52)]
    least_weeks: Annotated[int, Meta(ge=4, le=52)]
    least_votes: Annotated[int, Meta(ge=30)]


class Presence(Struct, forbid_unknown_fields=True, frozen=True):
    least_votes_a_day: Annotated[float, Meta(ge=1)]


class Rules(Struct, forbid_unknown_fields=True, frozen=True):
    version: Annotated[str, Meta(pattern=r"\S", max_length=40)]
    burst: Burst
    hours: Hours
    budget: Budget
    caution: Caution
    rhythm: Rhythm
    sitting: Sitting
    baseline: Baseline
    presence: Presence


class Ruleset(Struct, frozen=True):
    rules: Rules
    digest: str  # SHA-256 of the file
    hours: str  # SHA-256 of the files of hours and of holidays, one after the other


def read_ruleset(data_dir: Path) -> Ruleset:
    """From the data folder, or as it comes with the program.

    Raises FileError, which names file, line and field.
    """
    path = own_or_packaged(data_dir, FILE)
    rules, source = read_toml(path, Rules)
    source.refuse(_nonsense(rules))
    hours = b"".join(each.read_bytes() for each in calendar_files(data_dir))
    return Ruleset(rules, _digest(source.text.encode()), _digest(hours))


def _nonsense(rules: Rules) -> Iterator[Fault]:
    if rules.budget.total() > MOST_FALSE:
        what = f"{rules.budget.total():g} expected false cases a month; at most {MOST_FALSE:g}"
        yield [("budget", None)], what
    if rules.baseline.least_weeks > rules.baseline.weeks:
        yield [("baseline", None), ("least_weeks", None)], "is more than baseline.weeks"


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
