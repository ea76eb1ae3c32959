"""Reads the rule by which agencies are rewarded, from the data folder or as it comes with us."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct, structs

from collector.index.reward import Rule
from collector.tomlfile import read_toml

PACKAGED: Final = Path(__file__).parent / "data"
FILE: Final = "reward.toml"

Percent = Annotated[int, Meta(ge=0, le=100)]
LEAST_CASES: Final = 10  # in a half-year; fewer say nothing


class RuleTable(Struct, forbid_unknown_fields=True):
    name: Annotated[str, Meta(pattern=r"\S", max_length=40)]
    min_cases: Annotated[int, Meta(ge=LEAST_CASES)]
    in_time_percent: Percent
    max_over: Annotated[int, Meta(ge=0)]
    min_plans: Annotated[int, Meta(ge=0)]
    kept_percent: Percent


class Ruled(NamedTuple):
    rule: Rule
    digest: str  # SHA-256 of the file: whoever keeps it can show by which rule a list was made


def read_rule(data_dir: Path) -> Ruled:
    """Raises FileError, which names file, line and field."""
    own = data_dir / FILE
    path = own if own.exists() else PACKAGED / FILE
    table, _ = read_toml(path, RuleTable)
    return Ruled(Rule(**structs.asdict(table)), sha256(path.read_bytes()).hexdigest())
