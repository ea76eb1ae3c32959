"""A plan names offices and deeds, never a person.

Nothing can tell every name from a word; these catch what is written by habit: a name where the
post belongs, a number of a person, an address for mail.
"""

import re
from typing import Final

LONGEST: Final = 300
# How the posts of a regency's offices begin.
POSTS: Final = (
    "Admin", "Asisten", "Bagian", "Bendahara", "Bidang", "Bupati", "Camat", "Direktur", "Inspektur",
    "Kabag", "Kabid", "Kadis", "Kasi", "Kasubag", "Kasubbag", "Kepala", "Ketua", "Koordinator",
    "Lurah", "Manajer", "Operator", "Pengelola", "Penyelia", "Pejabat", "Petugas", "Pranata",
    "Satuan", "Seksi", "Sekretariat", "Sekretaris", "Staf", "Subbagian", "Subkoordinator",
    "Supervisor", "Tim", "Unit", "UPT", "UPTD", "Wakil",
)  # fmt: skip
_POSTS: Final = {word.casefold() for word in POSTS}
_PERSON: Final = (
    (re.compile(r"(?:\d[ .-]?){10,}"), "a number of a person, or a telephone"),
    (re.compile(r"\S@\S"), "an address for mail"),
    (re.compile(r"\b(?:NIP|NIK)\b", re.IGNORECASE), "a number of a person"),
    (re.compile(r"\b(?:Bapak|Bpk|Ibu|Sdr|Sdri)\b\.?\s+[A-Z]"), "somebody's name"),
    (re.compile(r"\b(?:Drs|Dra|Ir|dr|drg|H|Hj)\.\s*[A-Z]|,\s*[SMA]\.\s?[A-Z]"), "a name's title"),
)


def sentence(text: str) -> str:
    """As it is stored: spaces run together. Raises ValueError, as the next does."""
    told = " ".join(text.split())
    if not told:
        raise ValueError("it is empty")
    if len(told) > LONGEST:
        raise ValueError(f"it has {len(told)} characters, and {LONGEST} are the most")
    for pattern, what in _PERSON:
        if pattern.search(told):
            raise ValueError(f"it seems to hold {what}; a plan names no person")
    return told


def post(text: str) -> str:
    """An office, such as 'Kepala Seksi Pelayanan'."""
    told = sentence(text)
    if told.partition(" ")[0].casefold() not in _POSTS:
        raise ValueError(
            "name the post in charge and no person: 'Kepala Seksi Pelayanan'; it begins with one of"
            f" {', '.join(POSTS)}"
        )
    return told
