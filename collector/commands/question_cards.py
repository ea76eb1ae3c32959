"""Question cards for a box without a screen: one page each, for any browser to print."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from collector.index.rotation import Slot
from collector.index.skm import ELEMENTS
from collector.ledger.places import Agency

_HEAD: Final = """\
<!doctype html>
<html lang="id">
<meta charset="utf-8">
<title>Kartu pertanyaan: {agency}</title>
<style>
@page {{ size: A5 landscape; margin: 12mm; }}
body {{ font-family: sans-serif; margin: 0; color: #1c2833; }}
section {{ break-after: page; min-height: 115mm; display: flex; flex-direction: column; }}
h1 {{ font-size: 30pt; line-height: 1.2; margin: auto 0; text-align: center; text-wrap: balance; }}
p {{ font-size: 10pt; margin: 2mm 0 0; }}
</style>
"""


def cards(agency: Agency, slots: Iterable[Slot], texts: Mapping[str, str]) -> str:
    """A card for each element among the slots, in the order of their first days."""
    days: dict[str, list[str]] = {}
    for span, element in slots:
        days.setdefault(element, []).append(f"{span.first:%d.%m.%Y}–{span.last:%d.%m.%Y}")
    pages = [_card(agency, element, texts[element], days[element]) for element in days]
    return _HEAD.format(agency=escape(agency.short)) + "".join(pages) + "</html>\n"


def _card(agency: Agency, element: str, text: str, days: list[str]) -> str:
    name = next(each.indonesian for each in ELEMENTS if each.slug == element)
    return (
        f"<section><p>{escape(agency.name)}</p><h1>{escape(text)}</h1>"
        f"<p>Unsur: {escape(name)}. Pasang pada {', '.join(days)}.</p></section>\n"
    )
