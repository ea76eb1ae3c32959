"""The columns of the open data: name, meaning and value of each, in one place.

What Satu Data (Perpres 39/2019) asks of metadata stands with each: concept, definition,
classification, measure, unit, reference code. Names and meanings are in Indonesian.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from collector.ledger.releases import Release

Value = str | int | Decimal | date | None

REGION_CODE: Final = "63.03"  # Kabupaten Banjar among the codes of the Ministry of Home Affairs


class Row(NamedTuple):
    """One public figure, with what stands beside it."""

    figure: Release
    period: str  # 2026-T3
    name: str
    service: str
    remark: str
    first: date
    last: date
    published: date


class Column(NamedTuple):
    name: str
    type: Literal["string", "integer", "number", "date"]  # of Frictionless
    title: str
    concept: str
    definition: str
    classification: str
    measure: str
    unit: str
    code: str  # of which list the values are
    value: Callable[[Row], Value]


_KINDS: Final = {"month": "bulan", "triwulan": "triwulan", "year": "tahun"}
_ALONE: Final = {"best": "puas", "worst": "tidak puas"}


def _cell(face: Literal["frown", "neutral", "smile", "others"]) -> Callable[[Row], Value]:
    """Votes of a face as they are told: merged ones stand under others."""

    def value(row: Row) -> Value:
        cells, alone = row.figure.cells, row.figure.alone
        if alone is None:
            told = dict(zip(("frown", "neutral", "smile"), cells, strict=False))
        else:
            told = dict(
                zip(("smile" if alone == "best" else "frown", "others"), cells, strict=False)
            )
        return told.get(face)

    return value


def _text(
    name: str, title: str, definition: str, value: Callable[[Row], Value], **more: str
) -> Column:
    told = {"concept": title, "classification": "", "measure": "", "unit": "", "code": ""} | more
    return Column(name, "string", title, definition=definition, value=value, **told)


def _day(name: str, title: str, definition: str, value: Callable[[Row], Value]) -> Column:
    return _text(name, title, definition, value, unit="hari", code="ISO 8601")._replace(type="date")


def _votes(name: str, title: str, definition: str, value: Callable[[Row], Value]) -> Column:
    found = _text(name, title, definition, value, concept="Suara", measure="jumlah", unit="suara")
    return found._replace(type="integer")


def _points(name: str, title: str, definition: str, value: Callable[[Row], Value]) -> Column:
    more = {
        "concept": "Indeks kiosk (bukan SKM)",
        "measure": "rata-rata",
        "unit": "poin, 25 sampai 100",
    }
    return _text(name, title, definition, value, **more)._replace(type="number")


COLUMNS: Final = (
    _text(
        "kode_wilayah", "Kode wilayah", "Kabupaten yang dilayani.", lambda _: REGION_CODE,
        code="kode wilayah administrasi Kementerian Dalam Negeri",
    ),
    _text(
        "jenis_periode", "Jenis periode", "Lama periode.",
        lambda row: _KINDS[row.figure.kind], classification="bulan; triwulan; tahun",
    ),
    _text(
        "periode", "Periode", "Nama periode: 2026-08 (bulan), 2026-T3 (triwulan), 2026 (tahun).",
        lambda row: row.period,
    ),
    _day("hari_pertama", "Hari pertama", "Hari pertama periode, termasuk.", lambda row: row.first),
    _day("hari_terakhir", "Hari terakhir", "Hari terakhir, termasuk.", lambda row: row.last),
    _text(
        "cakupan", "Cakupan", "Apa yang dicakup angka ini.",
        lambda row: "perangkat daerah" if row.figure.scope == "agency" else "kabupaten",
        classification="kabupaten; perangkat daerah",
    ),
    _text(
        "kode_perangkat_daerah", "Kode perangkat daerah",
        "Nama pendek yang tetap; kosong untuk seluruh kabupaten.",
        lambda row: row.figure.place or None, code="daftar perangkat daerah Kotak Senyum",
    ),
    _text("nama", "Nama", "Nama perangkat daerah, atau Kabupaten Banjar.", lambda row: row.name),
    _text(
        "jenis_layanan", "Jenis layanan",
        "Jenis layanan; perbandingan hanya wajar di dalam satu jenis.",
        lambda row: row.service or None,
    ),
    _text(
        "rincian", "Rincian",
        "Seberapa rinci angka ini boleh disebut tanpa mengenali seseorang (docs/releases.md).",
        lambda row: row.figure.detail,
        classification="rounded; merged; floor; nothing (data belum cukup)",
    ),
    _points(
        "indeks", "Indeks kiosk (bukan SKM)",
        "Rata-rata nilai wajah yang ditekan warga di loket: tidak puas 25, cukup puas 62,5,"
        " puas 100; dibulatkan. Bukan nilai SKM/IKM menurut PermenPANRB 14/2017.",
        lambda row: row.figure.index,
    ),
    _points(
        "batas_bawah", "Batas bawah", "Batas bawah rentang kepercayaan 95 % dari indeks.",
        lambda row: row.figure.low,
    ),
    _points(
        "batas_atas", "Batas atas", "Batas atas rentang kepercayaan 95 % dari indeks.",
        lambda row: row.figure.high,
    ),
    _votes(
        "jumlah_suara", "Jumlah suara",
        "Penekanan tombol yang terhitung, dibulatkan; satu suara bukan satu orang.",
        lambda row: row.figure.n,
    ),
    _votes("suara_puas", "Suara puas", "Suara wajah senyum, dibulatkan.", _cell("smile")),
    _votes(
        "suara_cukup_puas", "Suara cukup puas", "Suara wajah datar, dibulatkan.", _cell("neutral")
    ),
    _votes(
        "suara_tidak_puas", "Suara tidak puas", "Suara wajah merengut, dibulatkan.", _cell("frown")
    ),
    _votes(
        "suara_lainnya", "Suara lainnya",
        "Suara kedua wajah yang digabung karena salah satunya terlalu kecil.", _cell("others"),
    ),
    _text(
        "di_atas_70_persen", "Di atas 70 persen",
        "Bila hanya ini yang boleh disebut: wajah yang bagiannya lebih dari 70 persen.",
        lambda row: _ALONE[str(row.figure.alone)] if row.figure.detail == "floor" else None,
        classification="puas; tidak puas",
    ),
    _text(
        "versi", "Versi", "1, lalu naik setiap kali angkanya diperbaiki.",
        lambda row: row.figure.version,
    )._replace(type="integer"),
    _text(
        "alasan_versi", "Alasan versi", "Mengapa angkanya diperbaiki.",
        lambda row: row.figure.reason or None,
    ),
    _text(
        "tanggapan", "Tanggapan", "Tanggapan perangkat daerah atas angkanya.",
        lambda row: row.remark or None,
    ),
    _text("aturan", "Aturan terbit", "Nama aturan terbit.", lambda row: row.figure.rules),
    _text(
        "pemetaan", "Pemetaan wajah", "Nama pemetaan wajah menjadi nilai.",
        lambda row: row.figure.mapping,
    ),
    _day("tanggal_terbit", "Tanggal terbit", "Hari angka ini terbit.", lambda row: row.published),
)  # fmt: skip
