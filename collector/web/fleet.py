"""The kiosks: where each stands, when it last reported, and what somebody should look at.

Only what health says, and coarsely: nothing on this page moves with a single vote. No seq, no time
of a vote; a queue only by its order of magnitude. Below the district neither queues nor silences,
and of votes only whether there was one today in an hour that is over.
"""

from collections import Counter
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from flask import Blueprint, Flask, Response, render_template
from flask_babel import lazy_gettext

from collector.ledger import desired, presence
from collector.ledger.fleet import Machine, machines
from collector.ledger.places import Spot, spots
from collector.web.attention import amiss
from collector.web.reader import reader
from collector.web.site import ledger, local, moment, site

blueprint = Blueprint("fleet", __name__, url_prefix="/kiosk")

State = Literal["lost", "late", "never", "live"]

AGAIN_MS: Final = 10_000  # after which a page asks anew
LIVE: Final = 3 * 60  # seconds; health comes every minute
LATE: Final = 15 * 60
STATES: Final[dict[State, Any]] = {  # those that need somebody first
    "lost": lazy_gettext("terputus"),
    "late": lazy_gettext("terlambat melapor"),
    "never": lazy_gettext("belum pernah terhubung"),
    "live": lazy_gettext("terhubung"),
}
_URGENCY: Final = {state: rank for rank, state in enumerate(STATES)}


class Stay(NamedTuple):
    """Where a kiosk stood, and on which days; without a spot: at a counter that is no more."""

    first: date
    last: date
    spot: Spot | None


class Line(NamedTuple):
    kiosk: Machine
    spot: Spot | None
    before: list[Stay]  # that have ended, the latest first
    state: State
    age: float | None  # seconds since its latest health
    wanted: int  # version of the settings that it shall have; 0: none were told
    amiss: list[str]
    pressed: bool  # below the district: a vote was given at its counter today, before this hour


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.filters["magnitude"] = magnitude
    app.jinja_env.globals["states"] = STATES


@blueprint.get("")
def fleet() -> str:
    return render_template("fleet.html", **_view())


@blueprint.get("/isi")
def fleet_part() -> str:
    """The part of the page that is fetched anew where events do not come through."""
    return render_template("fleet_part.html", **_view())


@blueprint.get("/kabar")
def fleet_events() -> Response:
    """The part as one server-sent event; the answer ends with it, so that no thread waits."""
    data = "".join(f"data: {line}\n" for line in fleet_part().splitlines())
    return Response(f"retry: {AGAIN_MS}\n{data}\n", content_type="text/event-stream")


def _view() -> dict[str, Any]:
    known = machines(ledger())
    shown = _lines(known, silences=reader().of_district)
    return {
        "lines": sorted(shown, key=lambda line: (_URGENCY[line.state], line.kiosk.kiosk)),
        "counts": Counter(line.state for line in shown),
        "retired": len(known) - len(shown),
        "now": moment(),
        "hour": _this_hour(),
    }


def lines(*, silences: bool) -> list[Line]:
    """Every kiosk that is in service, by name."""
    return _lines(machines(ledger()), silences=silences)


def _lines(known: list[Machine], *, silences: bool) -> list[Line]:
    places = {spot.counter: spot for spot in spots(ledger())}
    told = desired.versions(ledger())
    return [
        _line(kiosk, places, told.get(kiosk.kiosk, 0), silences=silences)
        for kiosk in known
        if kiosk.retired_at is None
    ]


def _line(kiosk: Machine, places: dict[str, Spot], wanted: int, *, silences: bool) -> Line:
    spot = _spot(kiosk, places)
    age = site().clock() - kiosk.health.received_ms / 1000 if kiosk.health else None
    found = list(amiss(kiosk, silences=silences))
    pressed = not silences and _pressed(spot)
    return Line(kiosk, spot, _before(kiosk, places), _state(age), age, wanted, found, pressed)


def _pressed(spot: Spot | None) -> bool:
    """Whoever watches the page beside a box must not see the first vote of a day arrive."""
    if spot is None:
        return False
    hour = _this_hour()
    since, until = int(hour.replace(hour=0).timestamp()), int(hour.timestamp())
    return presence.last_quarter(ledger(), spot.counter, since, until) is not None


def _this_hour() -> datetime:
    """When it began."""
    return moment().replace(minute=0, second=0, microsecond=0)


def _spot(kiosk: Machine, places: dict[str, Spot]) -> Spot | None:
    now = site().clock()
    here = [at for at in kiosk.placed if at.from_at <= now and (at.to_at is None or now < at.to_at)]
    return places.get(here[0].counter) if here else None


def _before(kiosk: Machine, places: dict[str, Spot]) -> list[Stay]:
    now = site().clock()
    return [
        Stay(local(at.from_at).date(), local(at.to_at - 1).date(), places.get(at.counter))
        for at in reversed(kiosk.placed)
        if at.to_at is not None and at.to_at <= now
    ]


def _state(age: float | None) -> State:
    if age is None:
        return "never"
    if age <= LIVE:
        return "live"
    return "late" if age <= LATE else "lost"


def magnitude(queue: int) -> str:
    """Only the order of magnitude: a watcher must not see a single vote arrive."""
    steps = [(10, "0–9"), (100, "10–99"), (1000, "100–999")]
    return next((words for end, words in steps if queue < end), "≥ 1000")
