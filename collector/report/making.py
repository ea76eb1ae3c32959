"""One report in one format: its name and its bytes."""

from typing import Final, Literal, NamedTuple, get_args

from collector.errors import CollectorError
from collector.report.content import Content, Subject
from collector.report.document import document
from collector.report.typesetting import Template, pdf
from collector.report.words import period_code
from collector.report.workbook import xlsx

Format = Literal["pdf", "xlsx", "poster", "slide", "nota"]

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEMPLATES: Final[dict[Format, Template]] = {
    "pdf": "report",
    "poster": "poster",
    "slide": "slide",
    "nota": "nota",
}
_FIRST: Final = {"pdf": "laporan", "xlsx": "laporan"}  # other formats are named after themselves
_AUDIENCES: Final = {"public": "publik", "agency": "opd", "district": "kabupaten"}


class NotForAll(CollectorError, ValueError):
    """A poster hangs where everybody reads it."""


class Made(NamedTuple):
    name: str
    type: str
    data: bytes


def make(content: Content, wanted: Format, address: str) -> Made:
    """Raises NotForAll, NotSet."""
    require_public(content.subject, wanted)
    name = file_name(content.subject, wanted)
    if wanted == "xlsx":
        return Made(name, XLSX, xlsx(content))
    return Made(name, PDF, pdf(_TEMPLATES[wanted], document(content, address)))


def require_public(subject: Subject, wanted: Format) -> None:
    """Raises NotForAll for a poster of figures that are not for the public."""
    if wanted == "poster" and subject.audience != "public":
        raise NotForAll("a poster hangs where everybody reads it: only --audience public has one")


def file_name(subject: Subject, wanted: Format) -> str:
    """laporan-2026-T3-publik-rsud.pdf"""
    parts = [
        _FIRST.get(wanted, wanted),
        period_code(subject.kind, subject.days),
        _AUDIENCES[subject.audience],
        *([subject.agency.agency] if subject.agency else []),
    ]
    return f"{'-'.join(parts)}.{'xlsx' if wanted == 'xlsx' else 'pdf'}"
