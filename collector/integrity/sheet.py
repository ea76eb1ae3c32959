"""The day sheet: a witness on paper, which nobody changes at a keyboard.

Its QR code holds the number and time of the witness, how many epochs it has, and the SHA-256 of
its file; the table has each chain's last vote and the begin of its head.
"""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from collector.integrity.delivery import file_name
from collector.integrity.witness import Witness

DIGITS: Final = 16  # of a head: 64 bits, which nobody finds a second chain for by chance

_STATES: Final = {
    "approved": "disetujui",
    "held": "menunggu",
    "closed": "selesai",
    "revoked": "dicabut",
}
_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
)


def draw(witness: Witness, digest: str, zone: tzinfo) -> str:
    """An HTML page of its own, A4, Indonesian and English. `digest`: SHA-256 of the file."""
    return _PAGES.get_template("sheet.html").render(
        witness=witness,
        digest=" ".join(digest[at : at + 8] for at in range(0, len(digest), 8)),
        code=segno.make(code_text(witness, digest), error="m", micro=False).svg_inline(
            scale=3.2, border=4
        ),
        at=datetime.fromtimestamp(witness.time / 1000, zone),
        votes=sum(head.seq for head in witness.epochs),
        places={place.kiosk: place.counter for place in witness.placements},
        states=_STATES,
        digits=DIGITS,
        name=file_name(witness.n, witness.time),
    )


def code_text(witness: Witness, digest: str) -> str:
    """What the QR code says."""
    at = datetime.fromtimestamp(witness.time / 1000, UTC)
    return (
        f"senyum/1 witness {witness.n}\n{at:%Y-%m-%dT%H:%M:%SZ}\n{len(witness.epochs)} epochs\n"
        f"sha256 {digest}\n"
    )
