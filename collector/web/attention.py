"""What is amiss with a kiosk, in words for whoever must go there."""

from collections.abc import Iterator
from typing import Final

from collector.ledger.fleet import Health, Machine
from collector.web.languages import gettext
from collector.web.words import face_word

HOT: Final = 75_000  # thousandths of a degree; at 80 °C a Raspberry Pi slows down
FULL: Final = 100 * 1024 * 1024  # bytes left on the card


def amiss(kiosk: Machine) -> Iterator[str]:
    """The gravest first."""
    if kiosk.lost_before is not None:
        yield gettext("ada suara yang hilang sebelum sempat terkirim")
    if kiosk.held or any(epoch.state == "held" for epoch in kiosk.epochs):
        yield gettext("kunci baru menunggu persetujuan administrator")
    if kiosk.health is not None:
        yield from _in_the_box(kiosk.health)
    if kiosk.quarantined or kiosk.overflow:
        yield gettext("ada pesan yang ditolak; administrator dapat memeriksanya")


def _in_the_box(health: Health) -> Iterator[str]:
    said = health.said
    if said.counters.refused:
        yield gettext("pernah gagal menyimpan suara: periksa kartu memori")
    for face in said.stuck:
        yield gettext("tombol macet: %(face)s", face=face_word(face))
    if said.sent.clock != "synced":
        yield gettext("jam belum selaras")
    if said.temperature is not None and said.temperature >= HOT:
        yield gettext("terlalu panas")
    if said.disk_free is not None and said.disk_free < FULL:
        yield gettext("kartu memori hampir penuh")
