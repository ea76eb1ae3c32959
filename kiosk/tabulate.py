"""Names and values in two columns, for people."""

from collections.abc import Mapping


def as_table(values: Mapping[str, object]) -> str:
    width = max(map(len, values))
    return "\n".join(f"{name:{width}}  {value}" for name, value in values.items())
