"""Reports by mail: each period once, to whom the settings name."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from collector.config import Config
from collector.index.periods import Days
from collector.ledger.mailings import add_mailing, mailed
from collector.ledger.releases import given_ms, published, published_periods
from collector.ledger.store import open_ledger, writing
from collector.mail import Attachment, send
from collector.release.timetable import Period
from collector.report.content import Content, Subject
from collector.report.gathering import gather
from collector.report.letter import letter

# What was given out longer ago is not news: the first run mails no year of reports.
NEWS: Final = timedelta(days=31)
NOBODY: Final = "report.to is not set: nobody gets reports by mail"


def mail_due(config: Config, now_ms: int) -> str:
    """Mail every period that was given out lately and was not mailed yet. Raises MailError."""
    if not config.report.to:
        return NOBODY
    today = datetime.fromtimestamp(now_ms / 1000, config.zone).date()
    with closing(open_ledger(config.ledger)) as db:
        return _mail(config, db, _due(config, db, today), now_ms)


def mail_again(config: Config, period: Period, now_ms: int) -> str:
    """Mail this period, whether or not it was mailed. Raises NoReport, MailError."""
    if not config.report.to:
        return NOBODY
    with closing(open_ledger(config.ledger)) as db:
        content = gather(db, Subject("public", period.kind, period.days), config.zone)
        return _mail(config, db, [content], now_ms)


def _due(config: Config, db: Database, today: date) -> Iterator[Content]:
    """The oldest first."""
    done = mailed(db)
    for kind, days in reversed(published_periods(db, "public")):
        if days not in done and today - _given(config, db, days) <= NEWS:
            yield gather(db, Subject("public", kind, days), config.zone)


def _given(config: Config, db: Database, days: Days) -> date:
    """The local day on which the last of its figures was given out."""
    last = max(given_ms(db, each) for each in published(db, "public", days))
    return datetime.fromtimestamp(last / 1000, config.zone).date()


def _mail(config: Config, db: Database, due: Iterable[Content], now_ms: int) -> str:
    """Noted after it was sent: should this die in between, a letter comes twice and not never."""
    names = []
    for content in due:
        written = letter(content, config.web.address)
        files = [Attachment(made.name, made.data, made.type) for made in written.files]
        send(config.mail, config.report.to, written.subject, written.text, files)
        with writing(db):
            add_mailing(db, content.subject.days, now_ms)
        names.append(written.subject)
    return f"mailed to {config.report.to}: {'; '.join(names)}" if names else "nothing new to mail"
