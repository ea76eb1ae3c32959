"""Months go out by the calendar; longer periods are proposed, may be replied to, and are signed."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger.decided import digest, text_digest
from collector.ledger.deeds import By, deed
from collector.ledger.places import agencies
from collector.ledger.reading import first_day
from collector.ledger.releases import (
    Audience,
    Proposal,
    Release,
    Remark,
    add_proposal,
    add_remark,
    add_signature,
    proposals,
    releases,
)
from collector.ledger.store import writing
from collector.release.publishing import Made, Order, make, store
from collector.release.rules import LONGEST_REMARK
from collector.release.timetable import Period, due, reply_until, under_way

_BOTH: Final[tuple[Audience, ...]] = ("agency", "public")
_NUMBER: Final = re.compile(r"\d[\d .-]{6,}\d")  # of a phone, an identity card, an account
_MAIL: Final = re.compile(r"\S@\S")


class NotNow(CollectorError, RuntimeError):
    """It is too early for this, or too late, or it was done."""


class NoRemark(CollectorError, ValueError):
    """This cannot stand beside a figure."""


# ---------------------------------------------------------------- by the calendar


def publish_due(db: Database, by: By, today: date) -> list[Release]:
    """Every month that is due and was not given out, and the district's figures of today."""
    first = first_day(db)
    if first is None:
        return []
    figures = [*_months(db, by, first, today)]
    for period in _for_district(first, today):
        made = make(db, Order(period, ("district",), by.at_ms, reason="daily"))
        with writing(db):
            store(db, made)
        figures += made.figures
    return figures


def _months(db: Database, by: By, first: date, today: date) -> Iterator[Release]:
    for period in due(first, today):
        if not period.is_signed and not _given(db, period):
            made = make(db, Order(period, _BOTH, by.at_ms))
            with deed(db, by, "release-published", **_said(period)) as noted:
                _store(db, by, period, made, noted)
            yield from made.figures


def _store(
    db: Database,
    by: By,
    period: Period,
    made: Made,
    noted: dict[str, object],
    *,
    proposal: int | None = None,
) -> None:
    """With a digest in the journal, by which an audit knows them again."""
    store(db, made, proposal)
    first, last = str(period.days.first), str(period.days.last)
    noted |= {"figures": len(made.figures), "digest": digest(db, first, last, by.at_ms)}


def _for_district(first: date, today: date) -> list[Period]:
    """Those that are under way, and those that kiosks without network may still add to."""
    recent = [each for each in due(first, today) if each.due > today.replace(day=1)]
    return list(dict.fromkeys([*under_way(today), *recent]))


def _given(db: Database, period: Period) -> bool:
    own = (str(period.days.first), str(period.days.last))
    return any(
        (each.first_day, each.last_day) == own and each.audience != "district"
        for each in releases(db, period.days)
    )


# ---------------------------------------------------------------- a revision


def revise(db: Database, by: By, period: Period, reason: str) -> list[Release]:
    """New versions of a month's figures whose votes changed. Raises NotNow.

    A longer period is proposed again instead.
    """
    if period.is_signed:
        raise NotNow(f"{_name(period)} is signed for: propose it again, with --reason")
    if not _given(db, period):
        raise NotNow(f"{_name(period)} was not given out yet: there is nothing to revise")
    made = make(db, Order(period, _BOTH, by.at_ms, reason))
    with deed(db, by, "release-revised", **_said(period), reason=reason) as noted:
        _store(db, by, period, made, noted)
    return made.figures


# ---------------------------------------------------------------- proposed, replied to, signed


def propose(db: Database, by: By, period: Period, today: date, reason: str) -> list[Release]:
    """Make a period's figures, to be published once they are signed. Raises NotNow.

    Months that are due are given out before: votes are told of by the month, where they are enough.
    """
    if not period.is_signed:
        raise NotNow(f"{_name(period)} needs no signature: 'release publish' gives it out")
    if today < period.due:
        raise NotNow(f"{_name(period)} can be proposed from {period.due} on: votes still come in")
    if _last(db, period) is not None and not reason:
        raise NotNow(f"{_name(period)} was proposed before: say why again, with --reason")
    first = first_day(db)
    if first is not None:
        list(_months(db, by, first, today))
    made = make(db, Order(period, _BOTH, by.at_ms, reason, proposed=True))
    until = reply_until(today)
    said = {**_said(period), "reply_until": str(until), "reason": reason}
    with deed(db, by, "release-proposed", **said) as noted:
        p = noted["proposal"] = add_proposal(db, period.kind, period.days, until, by.at_ms)
        _store(db, by, period, made, noted, proposal=p)
    return made.figures


def reply(db: Database, by: By, period: Period, *, agency: str, text: str, today: date) -> None:
    """An agency's remark, which stands beside its figure. Raises NotNow, NoRemark."""
    proposal = _open(db, period)
    if today > proposal.reply_until:
        raise NotNow(f"the last day for remarks on {_name(period)} was {proposal.reply_until}")
    if agency not in {each.agency for each in agencies(db)}:
        raise NoRemark(f"there is no agency {agency!r}; 'senyum-collector index' names them")
    remark = Remark(agency, paragraph(text), by.at_ms)
    said = {**_said(period), "proposal": proposal.p, "agency": agency}
    with deed(db, by, "release-replied", **said, digest=text_digest(remark.text)):
        add_remark(db, proposal.p, remark)


def sign(db: Database, by: By, period: Period, today: date) -> Proposal:
    """Publish what was proposed. Raises NotNow before the agencies' days are over."""
    proposal = _open(db, period)
    if today <= proposal.reply_until:
        raise NotNow(f"agencies may add remarks until {proposal.reply_until}: sign after it")
    with deed(db, by, "release-signed", **_said(period), proposal=proposal.p):
        add_signature(db, proposal.p, by.at_ms)
    return proposal


def _open(db: Database, period: Period) -> Proposal:
    """The period's proposal that is not signed yet."""
    last = _last(db, period)
    if last is None:
        raise NotNow(f"{_name(period)} is not proposed: 'release propose' makes its figures")
    if last.signed_ms is not None:
        raise NotNow(f"{_name(period)} is signed and published")
    return last


def _last(db: Database, period: Period) -> Proposal | None:
    own = (str(period.days.first), str(period.days.last))
    found = [each for each in proposals(db) if (each.first_day, each.last_day) == own]
    return found[-1] if found else None


def paragraph(text: str) -> str:
    """What is published beside a figure: one, without what points to a person. Raises NoRemark."""
    words = " ".join(text.split())
    if not 0 < len(words) <= LONGEST_REMARK:
        raise NoRemark(f"a remark has 1 to {LONGEST_REMARK} characters, this one {len(words)}")
    if _NUMBER.search(words) or _MAIL.search(words):
        raise NoRemark("a remark is published: no numbers of phones or cards, no addresses of mail")
    return words


def _said(period: Period) -> dict[str, str]:
    """For the journal."""
    days = period.days
    return {"kind": period.kind, "first_day": str(days.first), "last_day": str(days.last)}


def _name(period: Period) -> str:
    return f"the {period.kind} {period.days.first} to {period.days.last}"
