"""How bright the lamps are: by day as in service hours, else as by night. Pure."""

from typing import Final

from kiosk.wire import Moment, Settings

MINUTE_MS: Final = 60_000
MINUTES: Final = 24 * 60
THURSDAY: Final = 3  # 1970-01-01, counted from Monday


def level(settings: Settings, now: Moment) -> int:
    """Percent. A clock that is not right cannot tell the night: it is day then."""
    if settings.hours is None or now.clock != "synced":
        return settings.brightness
    return settings.brightness if _open(settings, now) else settings.night


def _open(settings: Settings, now: Moment) -> bool:
    days, minute = divmod(now.wall // MINUTE_MS + settings.utc_offset, MINUTES)
    span = (settings.hours or ())[(THURSDAY + days) % 7]
    return span is not None and span[0] <= minute < span[1]
