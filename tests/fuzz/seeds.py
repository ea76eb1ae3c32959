"""What a fuzzer begins with: good examples of what each target reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from kiosk import link

ROOT: Final = Path(__file__).parents[2]
GOLDEN: Final = sorted((ROOT / "tests/wire").glob("*.msg"))
DATA: Final = ROOT / "collector/data"

# Of the shipped files their beginning: a fuzzer changes small examples faster than large ones.
LARGEST: Final = 4096


def _frames() -> Iterator[bytes]:
    messages = (
        link.Ready(),
        link.Up(),
        link.Arrived("senyum/1/dukcapil-01/receipt", b"payload"),
        link.Publish("senyum/1/dukcapil-01/votes", b"payload", 1, False),
        link.Will("senyum/1/dukcapil-01/status", b"payload"),
    )
    for message in messages:
        yield msgspec.msgpack.encode(message)


def _beginning(name: str) -> bytes:
    """Whole lines of a shipped file."""
    return (DATA / name).read_bytes()[:LARGEST].rpartition(b"\n")[0] + b"\n"


KIOSK: Final = b"""\
[kiosk]
id = "dukcapil-01"
[collector]
key = "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7"
[broker]
host = "broker"
port = 8883
[panel]
faces = ["frown", "neutral", "smile"]
settle_ms = 3000
[pins.buzzer]
pin = 12
"""

COLLECTOR: Final = b"""\
[collector]
zone = "Asia/Makassar"
[broker]
host = "127.0.0.1"
port = 1883
[ingest]
drain_ms = 50
"""

PLACES: Final = b"""\
[[agency]]
slug = "dukcapil"
short = "Disdukcapil"
name = "Dinas"
service = "adminduk"
source = "a page"
verified = true
valid_from = 2026-01-01
[[agency.unit]]
slug = "kantor"
name = "Kantor"
counters = { loket-1 = "Loket 1" }
"""

SEEDS: Final[dict[str, list[bytes]]] = {
    "message": [file.read_bytes() for file in GOLDEN],
    "agreement": [file.read_bytes() for file in GOLDEN],
    "frames": list(_frames()),
    "kiosk_settings": [KIOSK],
    "collector_settings": [COLLECTOR],
    "places": [PLACES, _beginning("agencies.toml")],
    "hours": [_beginning("hours.toml")],
    "holidays": [_beginning("holidays.csv")],
}
