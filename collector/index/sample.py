"""How many people a survey must ask, by the formula of Krejcie and Morgan."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

# R. Krejcie, D. Morgan, Educational and Psychological Measurement 30, 1970, pp. 607-610.
CHI_SQUARE: Final = Decimal("3.841")  # one degree of freedom, 95 %
SHARE: Final = Decimal("0.5")
MARGIN: Final = Decimal("0.05")


def sample_size(population: int) -> int:
    """n = X²NP(1−P) / (d²(N−1) + X²P(1−P)), rounded half-up, for N people served.

    For surveys: a kiosk's votes choose themselves, and never meet a sample.
    """
    if population < 1:
        raise ValueError("nobody was served, so nobody can be asked")
    variance = CHI_SQUARE * SHARE * (1 - SHARE)
    size = variance * population / (MARGIN**2 * (population - 1) + variance)
    return int(size.quantize(Decimal(1), ROUND_HALF_UP))
