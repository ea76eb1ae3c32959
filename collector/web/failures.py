"""Pages that say what went wrong, in the reader's language and in plain words."""

from typing import NamedTuple

from flask import Flask, Response, render_template
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from collector.ledger.store import LedgerError
from collector.tomlfile import FileError
from collector.web.api.problems import http_problem, problem, to_program
from collector.web.period import PeriodError


class Words(NamedTuple):
    title: LazyString
    what: LazyString | str


WORDS = {
    400: Words(
        lazy_gettext("Permintaan tidak dipahami"),
        lazy_gettext("Alamat atau isian yang dikirim tidak lengkap atau tidak dikenal."),
    ),
    403: Words(
        lazy_gettext("Tidak diizinkan"), lazy_gettext("Anda tidak berhak membuka halaman ini.")
    ),
    404: Words(
        lazy_gettext("Halaman tidak ditemukan"),
        lazy_gettext("Alamat ini tidak ada. Periksa ejaannya, atau mulai dari ikhtisar."),
    ),
    500: Words(
        lazy_gettext("Ada yang rusak di server"),
        lazy_gettext(
            "Halaman ini tidak dapat disusun. Suara warga tetap aman: penerimaan suara berjalan"
            " terpisah. Beri tahu administrator bila terjadi lagi; catatannya ada di log."
        ),
    ),
    503: Words(
        lazy_gettext("Buku suara belum dapat dibaca"),
        lazy_gettext(
            "Kolektor belum pernah berjalan di sini, atau datanya dipindahkan. Administrator dapat"
            " menjalankan senyum-collector ingest."
        ),
    ),
}
UNREADABLE_FILE = lazy_gettext("Berkas pengaturan tidak dapat dibaca")
EXPIRED = Words(
    lazy_gettext("Formulir sudah tidak berlaku"),
    lazy_gettext("Muat ulang halaman sebelumnya, lalu kirim sekali lagi."),
)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(LedgerError, _unreadable)
    app.register_error_handler(PeriodError, _period)
    app.register_error_handler(FileError, _file)


def _http(error: HTTPException) -> tuple[str, int] | Response:
    if to_program():
        return http_problem(error)
    code = error.code or 500
    return _page(WORDS.get(code, WORDS[400 if code < 500 else 500]), code)  # noqa: PLR2004


def _expired(_error: CSRFError) -> tuple[str, int]:
    return _page(EXPIRED, 400)


def _unreadable(error: LedgerError) -> tuple[str, int] | Response:
    if to_program():
        return problem(503, str(error))
    return _page(WORDS[503], 503)


def _period(error: PeriodError) -> tuple[str, int]:
    return _page(Words(WORDS[400].title, error.what), 400)


def _file(error: FileError) -> tuple[str, int] | Response:
    """Service hours or holidays, as an admin wrote them: the message says where it goes wrong."""
    if to_program():
        return problem(503, str(error))
    return _page(Words(UNREADABLE_FILE, str(error)), 503)


def _page(words: Words, code: int) -> tuple[str, int]:
    return render_template("failure.html", title=words.title, what=words.what), code
