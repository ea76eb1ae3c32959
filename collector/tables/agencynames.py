"""The names by which tables call agencies."""

from collections import defaultdict
from collections.abc import Iterable

from collector.ledger.places import Agency


def agency_names(agencies: Iterable[Agency]) -> dict[str, str]:
    """Slug, short name and name, in small letters → slug; a name that two have leads to none."""
    slugs: dict[str, set[str]] = defaultdict(set)
    for each in agencies:
        for name in (each.agency, each.short, each.name):
            slugs[name.casefold()].add(each.agency)
    return {name: next(iter(found)) for name, found in slugs.items() if len(found) == 1}
