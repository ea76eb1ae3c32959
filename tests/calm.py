"""When everybody is helped and nothing is lost any more: what must hold in the end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collector.ledger.counts import Differences
from tests.boxes import Box
from tests.card import Press
from tests.world import MINUTE, World

ROUNDS = 5  # to die in, to be told of a fork, to show a new key, to be approved, to be quiet
QUIET = 70 * MINUTE  # a kiosk says hello at least once an hour

Chain = list[dict[str, Any]]


def calm_down(world: World) -> None:
    """Help, and wait until nothing moves; then nothing may be missing and nothing doubled."""
    for _ in range(ROUNDS):
        help_all(world)
        world.flow(lambda: all(is_at_rest(world, box) for box in world.boxes), QUIET)
    for box in world.boxes:
        assert is_at_rest(world, box), f"{box.name} is not done: {box.courier.standing}"
        assert box.confirmed - world.destroyed <= world.office.stored()
    check_the_ledger(world)


def help_all(world: World) -> None:
    """Whoever died, lacks an admin's word, or has votes in an epoch that it has left."""
    for box in world.boxes:
        if world.office.generation and len(box.shelves()) > 1:
            box.rescue()
        if not box.connected:
            box.connect()
    for epoch in (*world.office.waiting(), *(box.epoch for box in world.boxes)):
        world.approve(epoch)
    world.run()


def is_at_rest(world: World, box: Box) -> bool:
    return is_done(world, box) or is_behind(world, box)


def is_done(world: World, box: Box) -> bool:
    """The ledger ends where the epoch in use ends, and both know it."""
    epoch, at = world.office.epoch(box.epoch), box.outbox.checkpoint
    same = epoch is not None and (epoch.seq, epoch.head) == (at.seq, at.head)
    return same and box.outbox.queue == 0 and box.courier.standing == "ok"


def is_behind(world: World, box: Box) -> bool:
    """An older card on which nobody has voted yet: its next vote will open a new epoch."""
    epoch, at = world.office.epoch(box.epoch), box.outbox.checkpoint
    older = epoch is not None and at.seq < epoch.seq
    return older and box.courier.standing == "fork" and box.kept() <= world.office.stored()


def check_the_ledger(world: World) -> None:
    assert world.office.rebuild() == Differences(0, 0, 0, 0)
    world.office.audit()
    assert world.office.counted() == Counter(effective(world.office.chains(), world.made))


def effective(chains: Iterable[Chain], made: Mapping[Press, int]) -> Iterator[str]:
    """The faces that count: of each settle window the last press, unless that was a test.

    A press that stands in several epochs is one press, and its window is one window.
    """
    faces: dict[Press, str | None] = {}
    windows: dict[Press, set[Press]] = {}
    for chain in chains:
        times = {vote["seq"]: vote["time"] for vote in chain}
        for vote in chain:
            press = vote["time"]
            faces[press] = None if vote["test"] else vote["face"]
            first = times.get(vote["replaces"], press)
            window = windows.setdefault(first, {first}) | windows.get(press, {press})
            windows |= dict.fromkeys(window, window)
    for window in {frozenset(window) for window in windows.values()}:
        face = faces[max(window, key=made.__getitem__)]
        if face is not None:
            yield face
