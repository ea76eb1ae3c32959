"""The signing key on the card: is it there, and does it belong to the panel alone?"""

import stat
from pathlib import Path
from typing import Final

from kiosk import keys, wire
from kiosk.check.line import Line, fine, trouble
from kiosk.epochs import Epochs
from kiosk.keys import KeyFileError, NoKeyError

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
SHOWN: Final = 16  # digits of an epoch: enough for an admin to compare


def key(epochs: Epochs) -> Line:
    """Of the epoch in use."""
    place = epochs.latest()
    if place is None:
        return trouble(
            "key", "there is none yet", "senyum-kiosk key; register at the collector what it prints"
        )
    try:
        public = keys.load(place.key).public
    except NoKeyError as error:
        return trouble("key", str(error), "start the panel: it makes a new key; an admin approves")
    except KeyFileError as error:
        return trouble("key", str(error), "run as root, or as senyum-panel")
    return _guarded(place.key, place.folder, public)


def _guarded(file: Path, folder: Path, public: str) -> Line:
    state, owner = file.stat(), folder.stat().st_uid
    if state.st_mode & OTHERS:
        mode = stat.S_IMODE(state.st_mode)
        return trouble("key", f"others may use it: its mode is {mode:o}", f"chmod 600 {file}")
    if state.st_uid != owner:
        said = "it does not belong to the user whose folder it lies in"
        return trouble("key", said, f"chown --reference={folder} {file}")
    return fine("key", f"epoch {wire.fingerprint(public)[:SHOWN]}…, its owner's alone")
