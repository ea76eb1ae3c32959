"""What people of the regency did in the year that the history tells, each on its day, once.

Figures were proposed and signed, plans promised, a bad week noted. Left for whoever tries the demo:
the last triwulan waits for its signature, the last semester for being proposed, a plan is late.
"""

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from sqlite_utils import Database

from collector.demo.cast import TROUBLED
from collector.demo.public import Trouble
from collector.index.plans import Plan
from collector.ledger.deeds import By, deed
from collector.ledger.notes import Note, add_note, notes
from collector.ledger.places import agencies
from collector.ledger.plans import add_version, next_number
from collector.ledger.reading import first_day
from collector.release.signing import propose, reply, sign
from collector.release.timetable import Period, due, reply_until

NOTE: Final = "Jaringan pusat kependudukan terputus seminggu"
REMARK: Final = "Jaringan pusat kependudukan terputus pada bulan September; loket tetap dibuka."
LATE: Final = "rsud-ratu-zalecha"


def keep_books(db: Database, trouble: Trouble, today: date, zone: tzinfo) -> None:
    """Once: what is there already is left alone."""
    if notes(db):
        return
    desk = _Desk(db, zone, {each.agency for each in agencies(db)})
    desk.note(trouble.first)
    desk.promise(today)
    desk.give_out(today)


class _Desk:
    def __init__(self, db: Database, zone: tzinfo, known: set[str]) -> None:
        self._db = db
        self._zone = zone
        self._known = known

    def _by(self, day: date) -> By:
        nine = datetime(day.year, day.month, day.day, 9, tzinfo=self._zone)
        return By("cli:demo", round(nine.timestamp() * 1000))

    def note(self, day: date) -> None:
        by = self._by(day)
        detail = {"agency": TROUBLED, "day": str(day), "kind": "other", "text": NOTE}
        with deed(self._db, by, "note-added", **detail) as noted:
            noted["note"] = add_note(self._db, Note(0, TROUBLED, day, "other", NOTE), by.at_ms)

    def promise(self, today: date) -> None:
        """One plan that was kept, and one that is late."""
        entered, kept_on = today - timedelta(days=60), today - timedelta(days=20)
        kept = ("waktu", "Antrean panjang", "Buka loket ketiga pada hari Senin", "Kepala Bidang")
        own = Plan(TROUBLED, *kept, entered, kept_on, kept_on)
        number = self._promise(own)
        if number:
            done = own._replace(realised=kept_on, evidence="Loket ketiga dibuka")
            with deed(self._db, self._by(kept_on), "plan-realised", plan=number, agency=TROUBLED):
                add_version(self._db, number, done, kept_on, self._by(kept_on).at_ms)
        overdue = today - timedelta(days=5)
        late = ("biaya", "Tarif tidak jelas", "Pasang daftar tarif", "Kepala Bagian Umum")
        self._promise(Plan(LATE, *late, entered, overdue, overdue))

    def _promise(self, plan: Plan) -> int:
        """Its number; 0 if this demo has no such agency."""
        if plan.agency not in self._known:
            return 0
        by = self._by(plan.entered)
        with deed(self._db, by, "plan-added", agency=plan.agency, due=str(plan.due)) as told:
            number = told["plan"] = next_number(self._db)
            add_version(self._db, number, plan, plan.entered, by.at_ms)
        return number

    def give_out(self, today: date) -> None:
        first = first_day(self._db)
        longer = [each for each in due(first, today) if each.is_signed] if first else []
        last = {each.kind: each for each in longer}
        for period in longer:
            day = reply_until(period.due) + timedelta(days=1)
            if period != last.get("semester"):
                propose(self._db, self._by(period.due), period, period.due, "")
            if period == last.get("triwulan"):
                self._remark(period, period.due)
            elif period != last.get("semester") and day <= today:
                sign(self._db, self._by(day), period, day)

    def _remark(self, period: Period, day: date) -> None:
        if TROUBLED in self._known:
            reply(self._db, self._by(day), period, agency=TROUBLED, text=REMARK, today=day)
