"""An index that fell by its threshold, and by more than chance explains."""

from collector.alerts.situation import Course
from collector.index.trend import difference
from collector.ledger.alerts import Alert


def fallen(course: Course) -> Alert | None:
    """From two figures that the agency's head was given, and from nothing else."""
    before, now = course.before, course.now
    bounds = difference(before, now)
    if bounds is None or before.index is None or now.index is None:
        return None
    fall = before.index - now.index
    if fall < course.threshold or bounds[1] >= 0:
        return None
    facts: dict[str, str | int] = {
        "agency": course.agency,
        "month": now.first_day,
        "before": str(before.index),
        "now": str(now.index),
        "n_before": before.n or 0,
        "n_now": now.n or 0,
        "fall": str(fall),
        "least": str(-bounds[1]),
        "most": str(-bounds[0]),
    }
    subject = f"{course.agency}/{now.first_day[:7]}"
    return Alert("drop", subject, now.first_day, facts, course.agency)
