"""A threshold as people write it."""

from decimal import Decimal

from collector.ledger.alerts import BadThreshold


def read_points(text: str) -> Decimal:
    """'5', '2,5' or '2.5'. Raises BadThreshold."""
    try:
        points = Decimal(text.strip().replace(",", "."))
    except ArithmeticError as error:
        raise BadThreshold(f"{text!r} is no number of points, such as 5") from error
    if not points.is_finite():
        raise BadThreshold(f"{text!r} is no number of points, such as 5")
    return points
