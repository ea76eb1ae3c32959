"""A verifier of exports and witnesses, written from docs/audit.md alone.

It shares no code with the collector, on purpose; of ours it uses the second decoder of the wire. It
needs the standard library and an Ed25519.

    complaints = list(verify(folder, [witness bytes of another office]))     # empty: all holds
"""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.independent import BadSignature, Checkpoint, genesis, leaf, next_head, verify_signature

NOTED = ("seq", "quality", "lo", "hi", "corrects", "counted", "received")
SIGNED = ("seq", "head", "kind", "digest", "signature", "received")


def verify(folder: Path, brought: Sequence[bytes] = ()) -> Iterator[str]:
    """What does not hold. `brought`: witnesses that did not come with the export."""
    key = bytes.fromhex(json.loads((folder / "collector.json").read_text())["key"])
    epochs = {}
    points = list(read(folder / "checkpoints.jsonl"))
    for row in read(folder / "epochs.jsonl"):
        mine = [point for point in points if point["epoch"] == row["epoch"]]
        epochs[row["epoch"]] = epoch = Epoch(row)
        votes = read(folder / "votes" / f"{row['epoch']}.jsonl")
        yield from (f"{row['kiosk']}: {what}" for what in epoch.verify(votes, mine))
    yield from strangers(folder, points, epochs)
    exported = [file.read_bytes() for file in sorted((folder / "witnesses").iterdir())]
    yield from verify_chain(exported)
    for data in [*exported, *brought]:
        yield from verify_witness(data, key, epochs)


def read(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        yield json.loads(line)


def strangers(
    folder: Path, points: Sequence[dict[str, Any]], epochs: dict[str, "Epoch"]
) -> Iterator[str]:
    if {point["epoch"] for point in points} - epochs.keys():
        yield "checkpoints of an epoch that is not there"
    if {file.stem for file in (folder / "votes").iterdir()} - epochs.keys():
        yield "votes of an epoch that is not there"


def digest(tag: str, *fields: object) -> str:
    return sha256(
        "".join(f"{text(field)}\n" for field in (f"senyum/1 {tag}", *fields)).encode()
    ).hexdigest()


def text(field: object) -> str:
    if field is None:
        return "-"
    return str(int(field)) if isinstance(field, bool) else str(field)


class Epoch:
    """One epoch: the head after each vote, and what was filed at each checkpoint."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.kiosk, self.name = row["kiosk"], row["epoch"]
        self.key = bytes.fromhex(row["key"])
        self.heads = {0: genesis(self.kiosk, self.key)}
        self.filed = {0: digest("filed", self.name)}

    def verify(
        self, votes: Iterator[dict[str, Any]], points: Sequence[dict[str, Any]]
    ) -> Iterator[str]:
        if sha256(self.key).hexdigest() != self.name:
            yield "the epoch is not the SHA-256 of its key"
        noted = []
        for seq, vote in enumerate(votes, 1):
            if vote["seq"] != seq:
                yield f"vote {vote['seq']} stands where {seq} should"
            self.heads[seq] = next_head(self.heads[seq - 1], leaf(self.kiosk, self.name, vote))
            noted.append([vote[name] for name in NOTED])
        yield from self._verify_points(points, noted)
        last = len(self.heads) - 1
        if (self.row["seq"], self.row["head"]) != (last, self.heads[last]):
            yield "the epoch's row does not say what its votes say"
        if last and last not in self.filed:
            yield "nothing is signed at the last vote"

    def _verify_points(
        self, points: Sequence[dict[str, Any]], noted: Sequence[Sequence[Any]]
    ) -> Iterator[str]:
        before = 0
        for point in points:
            seq = point["seq"]
            if self.heads.get(seq) != point["head"]:
                yield f"the checkpoint at vote {seq} has another head"
            yield from self._verify_signature(point)
            fields = [field for vote in noted[before:seq] for field in vote]
            signed = [point[name] for name in SIGNED]
            self.filed[seq] = digest("filed", self.filed[before], *signed, *fields)
            before = seq

    def _verify_signature(self, point: dict[str, Any]) -> Iterator[str]:
        topic = f"senyum/1/{self.kiosk}/votes"
        kept = (point["seq"], point["head"], point["digest"], bytes.fromhex(point["signature"]))
        checkpoint = Checkpoint(point["kind"], topic, self.name, *kept)
        try:
            verify_signature(checkpoint, self.key)
        except BadSignature:
            yield f"the checkpoint at vote {point['seq']} is not signed by the kiosk"


def verify_chain(files: Sequence[bytes]) -> Iterator[str]:
    """The exported witnesses follow each other."""
    before = None
    for n, data in enumerate(files, 1):
        body = json.loads(data.partition(b"\n")[2])
        if (body["n"], body["prev"]) != (n, before):
            yield f"witness {body['n']} does not follow the one before"
        before = sha256(data).hexdigest()


def verify_witness(data: bytes, key: bytes, epochs: dict[str, Epoch]) -> Iterator[str]:
    header, _, raw = data.partition(b"\n")
    body = json.loads(raw)
    signature = bytes.fromhex(header.decode().removeprefix("senyum/1 witness Ed25519 "))
    signed = f"senyum/1 witness\n{sha256(raw).hexdigest()}\n".encode()
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        yield f"witness {body['n']} is not signed by the collector"
    for claim in body["epochs"]:
        yield from (f"witness {body['n']}: {what}" for what in compare(claim, epochs))


def compare(claim: dict[str, Any], epochs: dict[str, Epoch]) -> Iterator[str]:
    epoch = epochs.get(claim["epoch"])
    if epoch is None:
        yield f"epoch {claim['epoch'][:12]} of {claim['kiosk']} is not there"
    elif epoch.heads.get(claim["seq"]) != claim["head"]:
        yield f"{claim['kiosk']} has another head after vote {claim['seq']}"
    elif epoch.filed.get(claim["seq"]) != claim["filed"]:
        yield f"what is noted of {claim['kiosk']} up to vote {claim['seq']} was changed"
