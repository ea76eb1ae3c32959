"""Open data: the public figures of all periods, as CSV, as JSON, and as a data package.

Data Package version 1 (specs.frictionlessdata.io) with what Satu Data asks of metadata. The same
releases make the same bytes.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec
from sqlite_utils import Database

from collector.index.periods import Days
from collector.ledger.places import Agency, agencies
from collector.ledger.releases import Release, Remark, given_ms, published_ever, remarks
from collector.report.dictionary import COLUMNS, REGION_CODE, Column, Row
from collector.report.words import LABEL, REGENCY, period_code

LICENCE: Final = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Atribusi 4.0 Internasional",
    "path": "https://creativecommons.org/licenses/by/4.0/deed.id",
}
TITLE: Final = f"Indeks kiosk (bukan SKM) {REGENCY}"
ABOUT: Final = (
    "Penilaian sukarela warga di loket pelayanan, per perangkat daerah dan seluruh kabupaten."
    " Angka sebagaimana diterbitkan untuk umum; jumlah dibulatkan dan yang terlalu kecil digabung"
    " atau tidak disebut, agar tidak seorang pun dapat dikenali. Bukan nilai Survei Kepuasan"
    " Masyarakat, dan bukan dasar untuk menilai, memberi hadiah, atau menghukum pegawai."
)
_DICTIONARY: Final = (
    "kolom", "tipe", "judul", "konsep", "definisi", "klasifikasi", "ukuran", "satuan",
    "kode_referensi",
)  # fmt: skip
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


class OpenData(NamedTuple):
    rows: Sequence[Row]
    updated_ms: int | None  # when the last of them was given out; None while there are none
    zone: tzinfo

    @property
    def updated(self) -> datetime | None:
        if self.updated_ms is None:
            return None
        return datetime.fromtimestamp(self.updated_ms // 1000, self.zone)


def open_data(db: Database, zone: tzinfo) -> OpenData:
    """All figures that the public was given, by day; of each the last version."""
    figures = published_ever(db, "public")
    known = {each.agency: each for each in agencies(db)}
    proposals = {each.proposal for each in figures}
    beside = {p: remarks(db, p) for p in proposals if p is not None}
    rows, updated = [], None
    for each in figures:
        slug, moment = each.agency or "", given_ms(db, each)
        remark = beside.get(each.proposal or 0, {}).get(slug)
        day = datetime.fromtimestamp(moment / 1000, zone).date()
        rows.append(_row(each, known.get(slug), remark, day))
        updated = max(updated or 0, moment)
    return OpenData(rows, updated, zone)


def _row(figure: Release, agency: Agency | None, remark: Remark | None, published: date) -> Row:
    days = Days.from_to(figure.first_day, figure.last_day)
    return Row(
        figure=figure,
        period=period_code(figure.kind, days),
        name=agency.name if agency else REGENCY,
        service=agency.service if agency else "",
        remark=remark.text if remark else "",
        first=days.first,
        last=days.last,
        published=published,
    )


# ---------------------------------------------------------------- tables


def as_csv(data: OpenData) -> bytes:
    """UTF-8, comma, points in numbers, ISO days; what is not told is empty."""
    values = ([column.value(row) for column in COLUMNS] for row in data.rows)
    return _csv([column.name for column in COLUMNS], values)


def as_json(data: OpenData) -> bytes:
    rows = [{column.name: column.value(row) for column in COLUMNS} for row in data.rows]
    told = {
        "judul": TITLE,
        "keterangan": ABOUT,
        "lisensi": LICENCE["name"],
        "pemutakhiran_terakhir": data.updated,
        "data": rows,
    }
    return msgspec.json.format(_ENCODER.encode(told), indent=1)


def dictionary() -> bytes:
    """What each column means, as CSV."""
    return _csv(_DICTIONARY, (column[:-1] for column in COLUMNS))


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()


# ---------------------------------------------------------------- the package


def package(data: OpenData) -> bytes:
    """Which files there are, and all that is to be known of them."""
    told = {
        "profile": "tabular-data-package",
        "name": "indeks-kiosk-kabupaten-banjar",
        "title": TITLE,
        "description": ABOUT,
        "licenses": [LICENCE],
        "contributors": [{"title": f"Pemerintah {REGENCY}", "role": "publisher"}],
        "keywords": ["kepuasan masyarakat", "pelayanan publik", "Satu Data"],
        "satuData": _satu_data(data),
        "resources": [
            _resource("indeks", "Angka yang diterbitkan", as_csv(data), _schema()),
            _resource("kamus", "Kamus data", dictionary(), _plain_schema()),
        ],
    }
    return msgspec.json.format(_ENCODER.encode(told), indent=1)


def _satu_data(data: OpenData) -> dict[str, Any]:
    days = [day for row in data.rows for day in (row.first, row.last)]
    return {
        "konsep": "Kepuasan masyarakat atas pelayanan publik",
        "definisi": f"{LABEL}: rata-rata nilai wajah yang ditekan warga setelah dilayani di loket",
        "klasifikasi": "per perangkat daerah; per bulan, triwulan, dan tahun",
        "ukuran": "rata-rata tertimbang, dengan rentang kepercayaan 95 %",
        "satuan": "poin, 25 sampai 100",
        "kodeReferensi": {"wilayah": REGION_CODE},
        "periode": {"mulai": min(days, default=None), "sampai": max(days, default=None)},
        "frekuensi": "bulanan",
        "pemutakhiranTerakhir": data.updated,
    }


def _resource(name: str, title: str, content: bytes, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": title,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
        "schema": schema,
    }


def _schema() -> dict[str, Any]:
    return {"fields": list(map(_field, COLUMNS)), "missingValues": [""]}


def _field(column: Column) -> dict[str, Any]:
    told = {
        "name": column.name,
        "type": column.type,
        "title": column.title,
        "description": column.definition,
        "konsep": column.concept,
        "klasifikasi": column.classification,
        "ukuran": column.measure,
        "satuan": column.unit,
        "kodeReferensi": column.code,
    }
    return {name: value for name, value in told.items() if value}


def _plain_schema() -> dict[str, Any]:
    return {"fields": [{"name": name, "type": "string"} for name in _DICTIONARY]}
