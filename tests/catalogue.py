"""The words of the pages and their English: `python -m tests.catalogue` brings both files up to
date and names what is left to translate."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

COLLECTOR: Final = Path(__file__).parent.parent / "collector"
WEB: Final = COLLECTOR / "web"
PO: Final = WEB / "translations" / "en" / "LC_MESSAGES" / "messages.po"
MO: Final = PO.with_suffix(".mo")
METHODS: Final = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}


def extracted() -> Catalog:
    """Every string in code and templates that is to be translated."""
    catalog = Catalog()
    found = [
        *extract_from_dir(WEB, METHODS, keywords=KEYWORDS),
        *extract_from_dir(COLLECTOR / "alerts", METHODS, keywords={"mark": None}),
    ]
    for _file, _line, message, _comments, context in found:
        catalog.add(message, context=context)
    return catalog


def english() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def compiled(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def update() -> list[str]:
    """Write both files; the strings that have no English yet."""
    catalog = english()
    catalog.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True)
    MO.write_bytes(compiled(catalog))
    return untranslated(catalog)


def untranslated(catalog: Catalog) -> list[str]:
    return [str(each.id) for each in catalog if each.id and not _has_english(each.string)]


def _has_english(string: str | tuple[str, ...] | None) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    left = update()
    print(*left, sep="\n")
    sys.exit(bool(left))
