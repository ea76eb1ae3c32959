"""What an address of /api/v1 may ask for; these shapes are the parameters of its description."""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from flask import request
from msgspec import Meta, Struct

from collector.web.api.problems import Refused

MOST: Final = 200
FORM: Final = r"^20[0-9]{2}(-(0[1-9]|1[0-2])|-T[1-4]|-S[12])?$"

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,64}$", description="Only of this agency.")]
PeriodName = Annotated[
    str, Meta(pattern=FORM, description="2026-08, 2026-T3, 2026-S2 or 2026.", examples=["2026-08"])
]
Limit = Annotated[int, Meta(ge=1, le=MOST, description="Items on a page.")]
After = Annotated[
    str, Meta(max_length=200, description="As `next` of the page before has it; opaque.")
]

A = TypeVar("A", bound="Asked")


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the list."""

    limit: Limit = 100
    after: After = ""


class OfAgency(Asked, frozen=True, forbid_unknown_fields=True):
    agency: Slug | msgspec.UnsetType = msgspec.UNSET


class OfPeriod(OfAgency, frozen=True, forbid_unknown_fields=True, kw_only=True):
    period: PeriodName


class GivenOut(Asked, frozen=True, forbid_unknown_fields=True):
    to: Annotated[
        Literal["reader", "public"],
        Meta(description="What whoever reads was given, or what everybody was."),
    ] = "reader"


class Figures(OfPeriod, frozen=True, forbid_unknown_fields=True, kw_only=True):
    to: Annotated[
        Literal["reader", "public"],
        Meta(description="What whoever reads was given, or what everybody was."),
    ] = "reader"


class Cases(Asked, frozen=True, forbid_unknown_fields=True):
    closed: Annotated[bool, Meta(description="Those that were closed, too.")] = False


def asked(form: type[A]) -> A:
    """What this request asks for. Raises Refused with what is wrong about it."""
    given = request.args.to_dict(flat=False)
    twice = [name for name, values in given.items() if len(values) > 1]
    if twice:
        raise Refused(400, f"{twice[0]} stands in the address more than once")
    try:
        return msgspec.convert(
            {name: value for name, (value,) in given.items()}, form, strict=False
        )
    except msgspec.ValidationError as error:
        raise Refused(400, f"the address: {error}; see /api/v1/openapi.json") from None
