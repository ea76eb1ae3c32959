"""The files that a report comes in, as readers call them."""

from typing import Final

from flask_babel import lazy_gettext

from collector.report.making import Format

FORMATS: Final[dict[Format, object]] = {
    "pdf": lazy_gettext("PDF"),
    "xlsx": lazy_gettext("Excel"),
    "slide": lazy_gettext("Slide"),
    "nota": lazy_gettext("Nota dinas"),
    "poster": lazy_gettext("Poster"),
}
