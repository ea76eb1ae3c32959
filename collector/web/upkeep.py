"""Is everything done that keeps votes safe? Judged here; the words are for whoever must act."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from flask_babel import lazy_gettext

from collector.alerts.duties import DAY, DUE_HOURS
from collector.ledger.runs import Job, Run
from collector.ledger.waiting import Waiting
from collector.web.languages import gettext, ngettext
from collector.web.numbers import day, took
from collector.web.site import local

State = Literal["good", "act"]

HOUR_MS: Final = 3_600_000
LITTLE: Final = 2_000_000_000  # bytes free on the ledger's disk
RUN_IT: Final = lazy_gettext("Jalankan perintah ini di server dan baca pesannya:")


class Check(NamedTuple):
    """One line of the page."""

    key: str  # its anchor
    name: str
    about: str
    state: State
    found: str
    at: datetime | None = None
    todo: str = ""
    command: str = ""
    said: str = ""  # the job's own words, where it failed
    endpoint: str = ""  # of the page where it is done, instead of a command


class Duty(NamedTuple):
    """A job that runs by itself, and how long its last success may lie back."""

    job: Job
    name: Any
    about: Any
    hours: int
    command: str


DUTIES: Final = (
    Duty(
        "backup",
        lazy_gettext("Cadangan"),
        lazy_gettext("Salinan seluruh ledger, diperiksa sebelum disimpan."),
        DUE_HOURS["backup"],
        "senyum-collector backup",
    ),
    Duty(
        "drill",
        lazy_gettext("Uji pemulihan"),
        lazy_gettext("Cadangan terbaru dipulihkan di tempat terpisah dan dihitung ulang."),
        DUE_HOURS["drill"],
        "senyum-collector backup verify",
    ),
    Duty(
        "audit",
        lazy_gettext("Audit"),
        lazy_gettext("Rantai, tanda tangan, dan cacah dihitung ulang dari suara."),
        DUE_HOURS["audit"],
        "senyum-collector audit verify",
    ),
    Duty(
        "witness",
        lazy_gettext("Saksi"),
        lazy_gettext("Kepala rantai yang disimpan kantor lain: bukti bahwa tidak ada yang hilang."),
        DUE_HOURS["witness"],
        "senyum-collector audit witness",
    ),
    Duty(
        "erase",
        lazy_gettext("Penghapusan waktu persis"),
        lazy_gettext("Detik setiap tekanan dihapus setelah 30 hari; suaranya tetap."),
        DUE_HOURS["erase"],
        "senyum-collector erase",
    ),
    Duty(
        "misuse",
        lazy_gettext("Aturan penyalahgunaan"),
        lazy_gettext(
            "Suara hari-hari yang sudah ditutup diperiksa sebelum waktu persisnya hilang."
        ),
        DUE_HOURS["misuse"],
        "senyum-collector misuse run",
    ),
    Duty(
        "release",
        lazy_gettext("Penerbitan angka"),
        lazy_gettext(
            "Angka bulan yang sudah waktunya diterbitkan, dan angka kabupaten disegarkan."
        ),
        DUE_HOURS["release"],
        "senyum-collector release publish",
    ),
    Duty(
        "report",
        lazy_gettext("Laporan lewat surel"),
        lazy_gettext("Laporan untuk umum dari setiap periode yang baru terbit, sekali saja."),
        DUE_HOURS["report"],
        "senyum-collector report --mail",
    ),
    Duty(
        "alerts",
        lazy_gettext("Peringatan"),
        lazy_gettext("Yang perlu tindakan dicari setiap sepuluh menit dan diberitahukan."),
        DAY,
        "senyum-collector alerts run",
    ),
)


# ---------------------------------------------------------------- jobs


def jobs(latest: Mapping[str, Run], good: Mapping[str, Run], now_ms: int) -> Iterator[Check]:
    """`latest` and `good`: the last run of each job, and the last that went well."""
    for duty in DUTIES:
        yield _job(duty, latest.get(duty.job), good.get(duty.job), now_ms)


def _job(duty: Duty, last: Run | None, good: Run | None, now_ms: int) -> Check:
    at = local(last.at_ms / 1000) if last else None
    name, about = str(duty.name), str(duty.about)
    if last is not None and last.ok and now_ms - last.at_ms <= duty.hours * HOUR_MS:
        found = gettext("selesai dalam %(took)s", took=took(last.took_ms))
        return Check(duty.job, name, about, "good", found, at)
    said = last.said if last and not last.ok else ""
    found = _trouble(duty, last, good)
    return Check(duty.job, name, about, "act", found, at, str(RUN_IT), duty.command, said)


def _trouble(duty: Duty, last: Run | None, good: Run | None) -> str:
    if last is None:
        return gettext("belum pernah dijalankan")
    if last.ok:
        days = duty.hours // DAY
        return ngettext(
            "sudah lama: paling lambat setiap %(num)s hari",
            "sudah lama: paling lambat setiap %(num)s hari",
            days,
        )
    if good is None:
        return gettext("gagal, dan belum pernah berhasil")
    return gettext("gagal; terakhir berhasil %(day)s", day=day(local(good.at_ms / 1000).date()))


# ---------------------------------------------------------------- places


class Places(NamedTuple):
    """What the disks say."""

    free: int  # bytes, on the ledger's disk
    same_disk: bool  # are backups on the disk of the ledger?
    aside: list[datetime]  # when ledgers were set aside


def places(found: Places, now: datetime) -> Iterator[Check]:
    yield _apart(found.same_disk)
    yield _room(found.free)
    if found.aside:
        yield _aside(found.aside, now)


def _apart(same: bool) -> Check:
    name = gettext("Tempat cadangan")
    about = gettext("Disk yang rusak tidak boleh membawa ledger dan cadangannya sekaligus.")
    if not same:
        return Check("place", name, about, "good", gettext("di disk lain"))
    return Check(
        "place", name, about, "act", gettext("di disk yang sama dengan ledger"),
        todo=gettext("Arahkan pengaturan ini ke disk atau server lain:"), command="backup.folder",
    )  # fmt: skip


def _room(free: int) -> Check:
    name = gettext("Ruang disk ledger")
    about = gettext("Bila penuh, suara tidak diterima; kiosk menyimpannya sampai ada ruang.")
    found = gettext("%(size)s GB kosong", size=free // 1_000_000_000)
    if free >= LITTLE:
        return Check("room", name, about, "good", found)
    return Check(
        "room", name, about, "act", found, todo=gettext("Kosongkan atau perbesar disk ini.")
    )


def _aside(since: list[datetime], now: datetime) -> Check:
    name = gettext("Ledger yang disisihkan")
    about = gettext("Ledger lama dari suatu pemulihan; memuat waktu persis, jadi ada batasnya.")
    found = ngettext("%(num)s folder", "%(num)s folder", len(since))
    oldest = min(since)
    if (now - oldest).days < 30:  # noqa: PLR2004
        return Check("aside", name, about, "good", found, oldest)
    return Check(
        "aside", name, about, "act", found, oldest,
        gettext("Hapus dari folder data: sudah lebih dari 30 hari."), "set-aside-…",
    )  # fmt: skip


# ---------------------------------------------------------------- what waits


def _kiosks(number: int) -> str:
    return ngettext("%(num)s kiosk", "%(num)s kiosk", number)


def _messages(number: int) -> str:
    return ngettext("%(num)s pesan", "%(num)s pesan", number)


class Matter(NamedTuple):
    """Something that waits for an admin, named as in Waiting."""

    key: str
    name: Any
    about: Any
    todo: Any
    command: str = ""
    told: Callable[[int], str] = _kiosks
    endpoint: str = ""


MATTERS: Final = (
    Matter(
        "held",
        lazy_gettext("Kunci baru"),
        lazy_gettext("Suara dengan kunci baru disimpan, tetapi belum dihitung."),
        lazy_gettext("Setujui bila kartu itu memang diganti:"),
        "senyum-collector kiosk approve",
    ),
    Matter(
        "forked",
        lazy_gettext("Cabang rantai"),
        lazy_gettext("Dua kartu memakai satu kunci: kartu yang disalin atau dipulihkan."),
        lazy_gettext("Teknisi memeriksa kartu; halaman Kiosk menyebut kiosknya."),
    ),
    Matter(
        "refused",
        lazy_gettext("Pesan yang ditolak"),
        lazy_gettext("Pesan tidak sah dalam tujuh hari terakhir; disimpan untuk diperiksa."),
        lazy_gettext("Periksa perangkat lunak dan kunci kiosk; halaman Kiosk menyebutnya."),
        "senyum-collector quarantine",
    ),
    Matter(
        "overflowed",
        lazy_gettext("Pesan yang ditolak melebihi batas"),
        lazy_gettext("Begitu banyak pesan tidak sah sehingga sebagian tidak disimpan."),
        lazy_gettext("Cari kiosk atau orang yang membanjiri broker; halaman Kiosk menyebutnya."),
        "senyum-collector quarantine",
    ),
    Matter(
        "strangers",
        lazy_gettext("Pesan dari kiosk yang tidak terdaftar"),
        lazy_gettext("Pesan dalam tujuh hari terakhir atas nama yang bukan nama kiosk."),
        lazy_gettext("Daftarkan kiosk itu, atau cari siapa yang menulis ke broker:"),
        "senyum-collector quarantine",
        _messages,
    ),
    Matter(
        "cases",
        lazy_gettext("Kasus penyalahgunaan"),
        lazy_gettext("Ada yang janggal pada suara sebuah kiosk; bisa juga kebetulan."),
        lazy_gettext("Periksa kasusnya, lalu tutup dengan alasan."),
        endpoint="cases.cases",
    ),
)


def decisions(found: Waiting) -> Iterator[Check]:
    """By how many kiosks, or messages, each concerns."""
    for matter, number in zip(MATTERS, found, strict=True):
        name, about = str(matter.name), str(matter.about)
        if number:
            yield Check(
                matter.key, name, about, "act", matter.told(number), todo=str(matter.todo),
                command=matter.command, endpoint=matter.endpoint,
            )  # fmt: skip
        else:
            yield Check(matter.key, name, about, "good", gettext("tidak ada"))
