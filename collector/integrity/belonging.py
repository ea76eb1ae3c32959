"""Which counter belongs to which unit and agency, as one hash. Pure.

Counts are kept by counter: whoever hands a counter to another agency hands over its past as well.
"""

from collections.abc import Iterable
from hashlib import sha256


def digest(counters: Iterable[tuple[str, str, str]]) -> str:
    """SHA-256 over `senyum/1 places` and each (counter, unit, agency), ended by newlines."""
    lines = ["senyum/1 places", *(field for counter in counters for field in counter), ""]
    return sha256("\n".join(lines).encode()).hexdigest()
