"""Numbers as people here read them."""

from decimal import Decimal


def people(number: int | Decimal) -> str:
    """1.480 and 87,28."""
    return f"{number:,}".translate({ord(","): ".", ord("."): ","})
