"""How hard the random tests try: `SENYUM_EFFORT=50` tries fifty times as many examples."""

import os

EFFORT = int(os.environ.get("SENYUM_EFFORT", "1"))


def examples(usual: int) -> int:
    """So many examples, times the effort that was asked for."""
    return usual * EFFORT
