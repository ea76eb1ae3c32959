"""Paper: a document set by a template, as PDF. The same document makes the same bytes."""

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import msgspec
import typst

from collector.errors import CollectorError
from collector.report.document import Document

Template = Literal["report", "poster", "slide", "nota"]

TEMPLATES: Final = Path(__file__).parent / "templates"
# Kept for decades, and read aloud: the profiles for archives and for accessibility.
STANDARDS: Final = ("a-2a", "ua-1")


class NotSet(CollectorError, RuntimeError):
    """The compiler refused a document."""


def pdf(template: Template, document: Document) -> bytes:
    """Raises NotSet. Milliseconds, and kept: of one release all readers get one set of bytes."""
    return _set(template, msgspec.json.encode(document, order="sorted").decode())


@lru_cache(maxsize=64)
def _set(template: Template, data: str) -> bytes:
    try:
        made = typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            sys_inputs={"data": data},
            ignore_system_fonts=True,
            pdf_standards=list(STANDARDS),
        )
    except typst.TypstError as error:
        raise NotSet(f"{template}.typ: {error}") from error
    return bytes(made)
