"""What is amiss with a kiosk, in words for whoever must go there."""

from collections.abc import Iterator
from typing import Final

from babel.dates import format_date
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from collector.ledger.epochs import Announcer, announcer
from collector.ledger.fleet import Health, Machine
from collector.ledger.presence import Presence
from collector.web.languages import gettext, language
from collector.web.numbers import WEAK, whole
from collector.web.site import local
from collector.web.words import face_word

HOT: Final = 75_000  # thousandths of a degree; at 80 °C a Raspberry Pi slows down
WORN: Final = 90  # percent of the card's life that is used
FULL: Final = 100 * 1024 * 1024  # bytes left on the card

_WAITS: Final[dict[Announcer, LazyString]] = {
    "trusted": lazy_gettext("kunci baru, diumumkan oleh kunci lamanya, menunggu persetujuan"),
    "distrusted": lazy_gettext(
        "kunci baru, diumumkan oleh kunci yang tidak dipercaya, menunggu persetujuan"
    ),
    "unknown": lazy_gettext("kunci baru yang tidak dikenal menunggu persetujuan"),
}


def amiss(kiosk: Machine, *, silences: bool) -> Iterator[str]:
    """The gravest first. Silences are times of votes, and for the district alone."""
    if kiosk.lost_before is not None:
        yield gettext("ada suara yang hilang sebelum sempat terkirim")
    for fork in kiosk.forks:
        yield gettext("sejak %(day)s dua kartu memakai satu kunci", day=_day(fork.first_ms))
    for epoch in kiosk.epochs:
        if epoch.state == "held":
            yield str(_WAITS[announcer(epoch, kiosk.epochs)])
    if silences and kiosk.presence is not None and kiosk.presence.last is not None:
        yield from _silent(kiosk.presence, kiosk.presence.last)
    if kiosk.health is not None:
        yield from _in_the_box(kiosk.health)
    if kiosk.quarantined or kiosk.overflow:
        yield gettext("ada pesan yang ditolak; administrator dapat memeriksanya")


def _silent(presence: Presence, last: int) -> Iterator[str]:
    """By days only, and up to the last closed one."""
    since, usual = _day(last * 1000), whole(round(presence.expected))
    if presence.state == "silent":
        yield gettext(
            "melapor, tetapi sejak %(day)s tidak ada suara, padahal biasanya sekitar %(votes)s:"
            " dipindah, ditutup, dicabut?",
            day=since,
            votes=usual,
        )
    elif presence.state == "unheard":
        yield gettext(
            "sejak %(day)s tidak ada suara dan tidak ada laporan pada jam layanan: listrik atau"
            " jaringan?",
            day=since,
        )


def _in_the_box(health: Health) -> Iterator[str]:
    said = health.said
    if said.damaged:
        yield gettext("ada suara di berkas rusak yang menunggu diselamatkan: outbox rescue")
    if said.counters.refused:
        yield gettext("pernah gagal menyimpan suara: periksa kartu memori")
    for face in said.stuck:
        yield gettext("tombol macet: %(face)s", face=face_word(face))
    if said.refused_config is not None:
        yield gettext("pengaturan tidak dapat dipakai: %(why)s", why=said.why_refused or "")
    if said.voltage == "low":
        yield gettext("tegangan listrik pernah terlalu rendah")
    if said.wear is not None and said.wear >= WORN:
        yield gettext("kartu memori hampir habis umurnya")
    if said.sent.clock != "synced":
        yield gettext("jam belum selaras")
    if said.temperature is not None and said.temperature >= HOT:
        yield gettext("terlalu panas")
    if said.wifi is not None and said.wifi < WEAK:
        yield gettext("Wi-Fi lemah: pindahkan kotak atau titik akses, atau pasang kabel")
    if said.disk_free is not None and said.disk_free < FULL:
        yield gettext("kartu memori hampir penuh")


def _day(ms: int) -> str:
    return format_date(local(ms / 1000).date(), "d MMMM y", locale=language())
