"""The form in which somebody chooses a password."""

from typing import Any, Final

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from collector.ledger.passwords import LONGEST, SHORTEST

MISSING: Final = lazy_gettext("Wajib diisi.")
_LENGTH: Final = lazy_gettext(
    "Kata sandi terdiri dari %(least)s sampai %(most)s karakter.", least=SHORTEST, most=LONGEST
)
_OTHER: Final = lazy_gettext("Tidak sama dengan yang pertama.")
NEW: Final[dict[str, Any]] = {"autocomplete": "new-password"}


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    password = PasswordField(
        lazy_gettext("Kata sandi baru"),
        [InputRequired(MISSING), Length(SHORTEST, LONGEST, _LENGTH)],
        description=lazy_gettext("Sedikitnya 12 karakter; beberapa kata mudah diingat."),
        render_kw=NEW,
    )
    again = PasswordField(
        lazy_gettext("Kata sandi baru sekali lagi"),
        [InputRequired(MISSING), EqualTo("password", _OTHER)],
        render_kw=NEW,
    )
