"""Coming in for the first time: who has an invitation sets a password, and is a user."""

from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as AnyResponse

from collector.ledger import invites
from collector.ledger.roles import UserError
from collector.web.newpassword import NewPasswordForm
from collector.web.secondstep import proceed
from collector.web.site import by, ledger, site, writable

blueprint = Blueprint("invitation", __name__)


@blueprint.route("/undangan/<code>", methods=["GET", "POST"])
def invitation(code: str) -> AnyResponse | Response | str | tuple[str, int]:
    invite, form = invites.of_word(ledger(), code, int(site().clock())), NewPasswordForm()
    if invite is None:
        return _over()
    if not form.validate_on_submit():
        return render_template("invitation.html", invite=invite, form=form)
    try:
        with writable() as db:
            user = invites.use(db, by(invite.name), code, form.password.data)
    except UserError:  # somebody was faster
        return _over()
    return proceed(user)


def _over() -> tuple[str, int]:
    return render_template("invitation_over.html"), 404
