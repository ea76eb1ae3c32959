"""The letter that brings a period's public report."""

from typing import Final, NamedTuple

from collector.report import words
from collector.report.content import Content
from collector.report.making import Format, Made, make

_TEXT: Final = """\
Terlampir laporan {label} {place} untuk {period} ({span}), seperti terbit
pada {published} menurut aturan {rules}.

{said}

Angka ini untuk umum. Ia bukan nilai Survei Kepuasan Masyarakat, dan bukan dasar
untuk menilai, memberi hadiah, atau menghukum pegawai.
{where}"""


class Letter(NamedTuple):
    subject: str
    text: str
    files: list[Made]


def letter(content: Content, address: str) -> Letter:
    """Of the whole regency; a longer period brings the slide for the meeting too."""
    subject, figure = content.subject, content.main.figure
    formats: list[Format] = ["pdf", "xlsx"]
    if subject.kind != "month":
        formats.append("slide")
    period = words.period_name(subject.kind, subject.days)
    text = _TEXT.format(
        label=words.LABEL,
        place=words.REGENCY,
        period=period,
        span=words.span(subject.days),
        published=words.day(content.published),
        rules=figure.rules,
        said=_said(content),
        where=f"\nAngka semua perangkat daerah: {address.rstrip('/')}/publik\n" if address else "",
    )
    files = [make(content, wanted, address) for wanted in formats]
    return Letter(f"Laporan {words.LABEL}, {period}", text, files)


def _said(content: Content) -> str:
    figure = content.main.figure
    if figure.index is None:
        return f"{words.REGENCY}: {words.NO_FIGURE}."
    told = f"{words.index(figure)} (rentang 95 %: {words.interval(figure)})"
    return f"Indeks {words.REGENCY}: {told} dari {words.votes(figure)} suara."
