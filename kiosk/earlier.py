"""Earlier epochs on the card: what the collector has of them goes when its time has come.

Whatever an earlier epoch had without a receipt stands in the epoch in use, behind `origin`. So when
that one has erased or forgotten its last carried vote, by the collector's clock and at its pace,
nothing of the earlier ones is needed any longer. In doubt they stay.
"""

import logging
from contextlib import closing

from kiosk.crash import never
from kiosk.epochs import Epochs, Place
from kiosk.errors import SenyumError
from kiosk.succession import InUse, open_place

log = logging.getLogger("senyum.kiosk.epochs")


def tidy(epochs: Epochs, in_use: InUse, kiosk: str) -> None:
    """Erase the exact times of earlier epochs after 30 days, and forget them after 90.

    A damaged one stays until it is rescued, and then for 30 days: its times cannot be erased alone.
    """
    earlier = [place for place in epochs.all() if place != in_use.place and not epochs.waits(place)]
    if not earlier:
        return
    last = max(in_use.outbox.last_carried(), 1)
    for place in earlier:
        if in_use.outbox.forgotten >= last:
            _forget(epochs, place)
        elif in_use.outbox.erased >= last:
            _erase(epochs, place, kiosk)


def _erase(epochs: Epochs, place: Place, kiosk: str) -> None:
    if epochs.is_rescued(place):
        _forget(epochs, place)
        return
    try:
        with closing(open_place(place, kiosk, never).outbox) as outbox:
            outbox.erase(everything=True)
    except (SenyumError, OSError) as error:
        log.error("exact times not erased folder=%s error=%s", place.folder, error)


def _forget(epochs: Epochs, place: Place) -> None:
    try:
        epochs.forget(place)
    except OSError as error:
        log.error("earlier epoch not removed folder=%s error=%s", place.folder, error)
    else:
        log.warning("earlier epoch removed folder=%s", place.folder)
