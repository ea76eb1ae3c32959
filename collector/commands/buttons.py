"""The buttons as people name them here, for what commands print."""

from typing import Final

BUTTONS: Final = {
    "frown": "merengut",
    "neutral": "datar",
    "smile": "senyum",
    "bad": "tidak baik",
    "poor": "kurang baik",
    "good": "baik",
    "great": "sangat baik",
    "worst": "terburuk",
    "worse": "buruk",
    "middling": "sedang",
    "better": "baik",
    "best": "terbaik",
}
