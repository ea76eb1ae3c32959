"""What an audit says: failures, each with what it means and what to do, and notes."""

from collections import Counter
from typing import Final, NamedTuple


class Finding(NamedTuple):
    """Something that does not hold. `kiosk`, `epoch` and `seq` are as far as they are known."""

    kind: str  # slug, a key of MEANINGS
    kiosk: str
    epoch: str
    seq: int | None
    found: str

    @property
    def means(self) -> str:
        return MEANINGS[self.kind][0]

    @property
    def do(self) -> str:
        return MEANINGS[self.kind][1]


class Note(NamedTuple):
    """Something to know, and no failure."""

    kind: str
    kiosk: str
    text: str


_RESTORE: Final = (
    "Set a copy of ledger.db aside for whoever investigates, restore the newest backup that"
    " 'audit verify' finds clean, and let the kiosks send again what is missing."
)
_REBUILD: Final = "Find out who changed the file, then run 'senyum-collector rebuild'."
_OTHERS: Final = (
    "Compare with the copy that the other office keeps. If theirs says what was found here, the"
    " ledger was changed: " + _RESTORE
)

MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "key": (
        "The row of this epoch was changed: an epoch is named after its key.",
        _RESTORE,
    ),
    "hole": (
        "Votes were removed, renumbered, or put where none can stand: a kiosk leaves no hole.",
        _RESTORE,
    ),
    "chain": (
        "A vote of this batch, or the head that was kept for it, was changed after it was stored.",
        _RESTORE,
    ),
    "fine-time": (
        "The exact time of this vote was changed after it was stored.",
        _RESTORE,
    ),
    "arrival": (
        "Rows of this batch were changed, or put there by another way than ingest.",
        _RESTORE,
    ),
    "unsigned": (
        "Votes stand behind the last batch that the kiosk signed: they did not come from it.",
        _RESTORE,
    ),
    "signature": (
        "The kiosk did not sign this head: votes were changed, added or removed, and the chain"
        " was computed anew without the kiosk's key.",
        _RESTORE,
    ),
    "head": (
        "The row of this epoch does not say what its votes say.",
        _RESTORE,
    ),
    "odd": (
        "Ingest writes no such row: it was changed, or added by hand.",
        _RESTORE,
    ),
    "stray": (
        "Rows belong to an epoch or vote that is not there: one was removed, or these were added.",
        _RESTORE,
    ),
    "twice": (
        "One vote counts in two epochs.",
        _RESTORE,
    ),
    "cut": (
        "Votes that were there have gone, or the ledger is an older copy. After a restore this"
        " is so until the kiosks have sent again.",
        "If the ledger was restored, wait until the kiosks' queues are empty and verify again."
        " Else: " + _RESTORE,
    ),
    "witnessed": (
        "The ledger says something else than when it was witnessed.",
        _OTHERS,
    ),
    "filed": (
        "The votes are as the kiosk signed them, but when they were given, whether they count, or"
        " their checkpoints were changed since they were witnessed.",
        _OTHERS,
    ),
    "follows": (
        "This key is said to follow an earlier one of its card, and that one has not signed so.",
        "Do not trust it for that: ask who approved it, and compare with the key at the box.",
    ),
    "lost-epoch": (
        "An epoch that was there has gone with all of its votes, or the ledger is an older copy.",
        "If the ledger was restored, approve the key again and let its kiosk send. Else: "
        + _RESTORE,
    ),
    "unjournaled": (
        "A key was trusted, or was trusted no longer, a kiosk moved, or a counter went to others,"
        " and no entry of the journal says who did it.",
        "Ask the admins. If nobody did it, the ledger was changed: " + _RESTORE,
    ),
    "journal": (
        "An entry of the journal of what people did was changed, removed or added.",
        _OTHERS,
    ),
    "witness": (
        "This witness proves nothing: it, or the one before it, was changed or removed.",
        "Use the copy that the other office keeps: 'audit verify --witness FILE'.",
    ),
    "receipt": (
        "The collector has signed that it stored something else than what is here now.",
        _RESTORE,
    ),
    "decided": (
        "A figure that was given out, a signature, a remark or what was decided of a case was"
        " changed, removed or added.",
        _RESTORE,
    ),
    "guard": (
        "A guard against mistakes was taken away: rows could be changed since.",
        "Find out who did it; start ingest from a fresh copy restored from a clean backup.",
    ),
    "counts": (
        "The counts, and so the index, are not what the votes say.",
        _REBUILD,
    ),
}

KEPT: Final = 100  # findings of one kind that are told one by one


class Findings:
    """Gathers failures; of many of one kind, it keeps the first and counts the rest."""

    def __init__(self) -> None:
        self.failures: list[Finding] = []
        self.counted: Counter[str] = Counter()

    def add(
        self, kind: str, found: str, kiosk: str = "", epoch: str = "", seq: int | None = None
    ) -> None:
        self.counted[kind] += 1
        if self.counted[kind] <= KEPT:
            self.failures.append(Finding(kind, kiosk, epoch, seq, found))
