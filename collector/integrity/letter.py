"""A witness by mail to the office that keeps it."""

from datetime import datetime, tzinfo
from typing import Final

from collector import mail
from collector.config import MailSection
from collector.integrity.delivery import file_name
from collector.integrity.witness import Witness
from collector.mail import Attachment, MailError

_TEXT: Final = """\
Terlampir berkas saksi nomor {n} dari Kotak Senyum, {at}, {epochs} rantai suara.

Simpanlah berkas ini seperti surat masuk, di tempat yang tidak dapat diubah oleh kantor yang
mengirimnya. Dengan berkas ini auditor dapat membuktikan kelak bahwa tidak ada suara yang dihapus,
ditambah, atau diubah: senyum-collector audit verify --witness {name}

Attached is witness number {n} of Kotak Senyum, {at}, {epochs} chains of votes.

Keep it as you keep incoming letters, where the office that sent it cannot change it. With it an
auditor can prove later that no vote was removed, added or changed.

SHA-256 {digest}
"""


def send(settings: MailSection, witness: Witness, file: bytes, digest: str, zone: tzinfo) -> None:
    """Raises MailError."""
    if not settings.witness_to:
        raise MailError("mail.witness_to is not set: name the office that keeps the witnesses")
    name = file_name(witness.n, witness.time)
    at = f"{datetime.fromtimestamp(witness.time / 1000, zone):%Y-%m-%d %H:%M %Z}"
    text = _TEXT.format(n=witness.n, at=at, epochs=len(witness.epochs), name=name, digest=digest)
    subject = f"Kotak Senyum: saksi {witness.n} / witness {witness.n}, {at}"
    mail.send(settings, settings.witness_to, subject, text, [Attachment(name, file, "text/plain")])
