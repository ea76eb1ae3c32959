"""A demo in small: three agencies and two weeks of history. `python -m tests.small_demo FOLDER S`.

Runs for S seconds, or until it is stopped if S is `-`, and prints the outcome as the demo does.
"""

import sys
from pathlib import Path

import msgspec
from rich.console import Console

from collector.demo.boxes import Pace
from collector.demo.demo import Wishes, play
from collector.demo.screen import Screen
from collector.places import PACKAGED, Places, read_places
from collector.supervise import Stopper

AGENCIES = ("disdukcapil", "dpmptsp", "inspektorat")
DAYS = 14


def few_places() -> Places:
    """Three agencies are as good as fifty, and quicker."""
    places = read_places(PACKAGED)
    units = [unit for unit in places.units if unit.agency in AGENCIES]
    slugs = {unit.unit for unit in units}
    return places._replace(
        agencies=[agency for agency in places.agencies if agency.agency in AGENCIES],
        units=units,
        counters=[counter for counter in places.counters if counter.unit in slugs],
    )


def main(folder: str, seconds: str) -> None:
    stopper = Stopper()
    limit = None if seconds == "-" else float(seconds)
    wishes = Wishes(Path(folder), kiosks=2, seconds=limit, pace=Pace(speed=20), days=DAYS)
    outcome = play(wishes, few_places(), Screen(Console(stderr=True)), lambda: stopper.asked)
    assert outcome is not None
    print(msgspec.json.encode(outcome).decode())
    sys.exit(0 if outcome.clean else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
