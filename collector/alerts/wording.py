"""An alert in words: an Indonesian text, which pages translate, and what stands in it.

The text of a reader says nothing that the release rules keep from it: of a drop, only figures that
its audience was given; of complaints, no counts; of kiosks, days and no times.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from babel.dates import format_date
from babel.numbers import format_decimal

from collector.ledger.alerts import Alert, Kind

INDONESIAN: Final = "id"


def mark(text: str) -> str:
    """`text` as it is; so that the catalogue of translations finds it."""
    return text


class Words(NamedTuple):
    text: str  # with %(name)s for values
    values: Mapping[str, str]

    def indonesian(self) -> str:
        return self.text % self.values


_TEXTS: Final[dict[Kind, str]] = {
    "disk": mark("Ruang disk ledger hampir habis: tinggal %(gigabytes)s GB"),
    "fork": mark("%(kiosk)s: dua kartu memakai satu kunci sejak %(day)s"),
    "quarantine": mark("%(kiosk)s: %(number)s pesan ditolak dalam sehari"),
    "unheard": mark("%(kiosk)s: tidak melapor pada jam layanan sejak %(day)s"),
    "silent": mark("%(kiosk)s: melapor, tetapi sejak %(day)s tidak ada suara"),
    "held": mark("%(kiosk)s: kunci baru menunggu persetujuan sejak %(day)s"),
    "complaints": mark("%(agency)s: ada pengaduan melewati batas, menurut berkas %(day)s"),
    "near": mark("%(agency)s: ada pengaduan yang segera melewati batas, menurut berkas %(day)s"),
    "case": mark("%(kiosk)s: kasus %(number)s belum ditutup; waktu persisnya ada sampai %(day)s"),
    "plan": mark("%(agency)s: rencana tindak lanjut %(number)s lewat tenggat %(day)s"),
    "sign": mark("Angka %(first)s sampai %(last)s menunggu tanda tangan"),
    "drop": mark(
        "%(agency)s: indeks kiosk (bukan SKM) %(month)s turun %(fall)s poin dari bulan sebelumnya"
        " (rentang 95%%: %(least)s sampai %(most)s), dari %(before)s (n %(n_before)s) ke %(now)s"
        " (n %(n_now)s), menurut angka yang sudah diterbitkan"
    ),
}
_JOBS: Final = {
    "backup": mark("Cadangan gagal atau terlambat; terakhir baik: %(good)s"),
    "drill": mark("Uji pemulihan gagal atau terlambat; terakhir baik: %(good)s"),
    "audit": mark("Audit gagal atau terlambat; terakhir baik: %(good)s"),
    "witness": mark("Saksi gagal atau terlambat; terakhir baik: %(good)s"),
    "erase": mark("Penghapusan waktu persis gagal atau terlambat; terakhir baik: %(good)s"),
    "misuse": mark("Aturan penyalahgunaan gagal atau terlambat; terakhir baik: %(good)s"),
    "release": mark("Penerbitan angka gagal atau terlambat; terakhir baik: %(good)s"),
    "report": mark("Laporan lewat surel gagal atau terlambat; terakhir baik: %(good)s"),
}
_BOXES: Final = {
    "lost": mark("%(kiosk)s: ada suara yang hilang sebelum sempat terkirim"),
    "damaged": mark("%(kiosk)s: ada suara di berkas rusak yang menunggu diselamatkan"),
    "refused": mark("%(kiosk)s: pernah gagal menyimpan suara; periksa kartu memori"),
    "stuck": mark("%(kiosk)s: ada tombol macet"),
    "full": mark("%(kiosk)s: kartu memori hampir penuh"),
}
_STRANGERS: Final = mark("Kiosk yang tidak terdaftar: %(number)s pesan ditolak dalam sehari")
_PATTERNS: Final = {
    "day": "d MMMM y",
    "good": "d MMMM y",
    "first": "d MMMM y",
    "last": "d MMMM y",
    "month": "MMMM y",
}
_NUMBERS: Final = {
    "before": "0.##",
    "now": "0.##",
    "fall": "0.##",
    "least": "0.##",
    "most": "0.##",
    "n_before": "#,##0",
    "n_now": "#,##0",
    "gigabytes": "0.0",
}


def words(alert: Alert, shorts: Mapping[str, str], locale: str = INDONESIAN) -> Words:
    """`shorts` are the agencies' short names; days and points are written as `locale` has them."""
    return Words(_text(alert), {k: _value(k, v, shorts, locale) for k, v in _facts(alert)})


def _text(alert: Alert) -> str:
    if alert.kind == "job":
        return _JOBS[str(alert.facts["job"])]
    if alert.kind == "box":
        return _BOXES[str(alert.facts["trouble"])]
    if alert.kind == "quarantine" and not alert.facts["kiosk"]:
        return _STRANGERS
    return _TEXTS[alert.kind]


def _facts(alert: Alert) -> list[tuple[str, str | int]]:
    facts = dict(alert.facts)
    if "megabytes" in facts:
        facts["gigabytes"] = str(Decimal(facts.pop("megabytes")) / 1000)
    return list(facts.items())


def _value(name: str, value: str | int, shorts: Mapping[str, str], locale: str) -> str:
    if name in _PATTERNS and value:
        return format_date(date.fromisoformat(str(value)), _PATTERNS[name], locale=locale)
    if name in _NUMBERS:
        return format_decimal(Decimal(value), _NUMBERS[name], locale=locale)
    if name == "agency":
        return shorts.get(str(value), str(value))
    return str(value) or "–"


# ---------------------------------------------------------------- a letter

LONGEST: Final = 30  # lines; a chat takes no more


class Envelope(NamedTuple):
    title: str
    text: str


def letter(lines: list[str], *, digest: bool, others: int, address: str) -> Envelope:
    """`others`: how many more are open that were told before."""
    title = "Kotak Senyum: ringkasan pagi" if digest else "Kotak Senyum: perlu tindakan"
    shown = [f"- {line}" for line in lines[:LONGEST]]
    if len(lines) > LONGEST:
        shown.append(f"… dan {len(lines) - LONGEST} lagi")
    if others:
        shown += ["", f"Masih terbuka dari sebelumnya: {others}"]
    if address:
        shown += ["", f"{address.rstrip('/')}/peringatan"]
    return Envelope(title, "\n".join(shown))
