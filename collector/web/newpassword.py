"""The form in which somebody chooses a password."""

from typing import Any, Final

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import Field, Form, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from collector.ledger.passwords import LONGEST, SHORTEST, easily_guessed

MISSING: Final = lazy_gettext("Wajib diisi.")
_LENGTH: Final = lazy_gettext(
    "Kata sandi terdiri dari %(least)s sampai %(most)s karakter.", least=SHORTEST, most=LONGEST
)
_OTHER: Final = lazy_gettext("Tidak sama dengan yang pertama.")
_GUESSED: Final = lazy_gettext(
    "Kata sandi ini mudah ditebak. Pakai beberapa kata yang tidak berhubungan."
)
NEW: Final[dict[str, Any]] = {"autocomplete": "new-password"}


def _hard(_form: Form, field: Field) -> None:
    if easily_guessed(field.data):
        raise ValidationError(_GUESSED)


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(
        lazy_gettext("Kata sandi baru"),
        [InputRequired(MISSING), Length(SHORTEST, LONGEST, _LENGTH), _hard],
        description=lazy_gettext("Sedikitnya 12 karakter; beberapa kata mudah diingat."),
        render_kw=NEW,
    )
    again = PasswordField(
        lazy_gettext("Kata sandi baru sekali lagi"),
        [InputRequired(MISSING), EqualTo("password", _OTHER)],
        render_kw=NEW,
    )
