"""The whole promise, whatever happens in whatever order: no vote lost, none twice, none forged.

The real kiosks and the real collector of tests/world.py, and every fault that DESIGN names which
needs no machine of its own. `make promise` runs it for longer (docs/testing.md).
"""

import sys
import tempfile
from pathlib import Path
from random import Random
from unittest import mock

import hypothesis.strategies as st
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import collector.crash
import kiosk.crash
from kiosk import courier, wire
from kiosk.letters import Sealed
from tests.boxes import FACES
from tests.byhand import keys_of
from tests.calm import calm_down
from tests.effort import examples
from tests.memory import MEMORY
from tests.world import DAY, MINUTE, Backup, Image, World

BATCH = 3  # votes: with 400 no run would ever see a second batch
TOO_OLD = 80 * DAY  # kiosks keep receipted votes for 90 days: an older backup is past helping

boxes = st.integers(0, 2)
faces = st.sampled_from(FACES)
SHORT = [1, 100, 1000, 6000, 11_000, MINUTE, 3 * MINUTE]
LONG = [DAY // 24, DAY, 3 * DAY, 31 * DAY, 91 * DAY]


class PromiseMachine(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        keys = keys_of(Random(f"keys {seed}"))
        self.small = [
            mock.patch.object(wire, "BATCH_VOTES", BATCH),
            mock.patch.object(courier, "BATCH_VOTES", BATCH),
            mock.patch.object(Ed25519PrivateKey, "generate", side_effect=keys),
        ]
        for patch in self.small:
            patch.start()
        self.world = World(Path(self.folder.name), seed)

    def teardown(self) -> None:
        try:
            self.end_well()
        finally:
            self.world.close()
            mock.patch.stopall()
            self.folder.cleanup()

    def end_well(self) -> None:
        """Every run ends in calm; unless it has ended already, and another error would hide why."""
        if sys.exc_info()[0] is None:
            self.calm_down(reconnect=True)

    # ------------------------------------------------------------ at the counter

    @rule(k=boxes, face=faces)
    def press(self, k: int, face: str) -> None:
        self.world.press(self.world.boxes[k], face)
        self.world.run()

    @rule(k=boxes, first=faces, second=faces)
    def correct(self, k: int, first: str, second: str) -> None:
        """A new citizen, who changes their mind; or has a clerk who would."""
        self.world.sleep(4000)
        self.world.press(self.world.boxes[k], first, second)
        self.world.run()

    @rule(k=boxes, count=st.integers(3, 14))
    def serve_many(self, k: int, count: int) -> None:
        self.world.press(self.world.boxes[k], *["smile"] * count, apart_ms=3100)
        self.world.run()

    @rule(k=boxes, count=st.integers(1, 9))
    def serve_with_a_good_network(self, k: int, count: int) -> None:
        """Else few runs would come to a receipt."""
        self.serve_many(k, count)
        self.world.boxes[k].connect()
        self.world.run()
        self.world.flow(lambda: False, MINUTE)

    @rule(k=boxes)
    def hold_the_chord(self, k: int) -> None:
        self.world.hold_the_chord(self.world.boxes[k])
        self.world.run()

    # ------------------------------------------------------------ time and network

    @rule(ms=st.sampled_from(SHORT))
    def wait(self, ms: int) -> None:
        self.world.wait(ms)

    @rule(ms=st.sampled_from(LONG))
    def wait_long(self, ms: int) -> None:
        self.world.wait(ms)

    @rule(k=boxes, error_ms=st.sampled_from([0, -50 * 365 * DAY, 3 * DAY, 9 * 365 * DAY]))
    def set_the_clock(self, k: int, error_ms: int) -> None:
        self.world.sleep(4000)  # not in a settle window, which only quarters hold together
        self.world.boxes[k].clock.error_ms = error_ms

    @rule(k=boxes)
    def connect(self, k: int) -> None:
        self.world.boxes[k].connect()
        self.world.run()

    @rule(k=boxes)
    def disconnect(self, k: int) -> None:
        self.world.boxes[k].disconnect()
        self.world.run()

    @rule(minutes=st.integers(0, 3))
    def let_it_flow(self, minutes: int) -> None:
        self.world.flow(lambda: False, minutes * MINUTE)

    @precondition(lambda self: self.world.up)
    @rule(data=st.data())
    def deliver_up(self, data: st.DataObject) -> None:
        """Some messages in any order, each perhaps not for the last time."""
        drain = []
        for _ in range(data.draw(st.integers(1, 4))):
            if self.world.up:
                place = data.draw(st.integers(0, len(self.world.up) - 1))
                keep = data.draw(st.booleans())
                drain.append(self.world.up[place] if keep else self.world.up.pop(place))
        self.world.arrive(drain)

    @precondition(lambda self: self.world.down)
    @rule(data=st.data(), keep=st.booleans())
    def deliver_down(self, data: st.DataObject, keep: bool) -> None:
        place = data.draw(st.integers(0, len(self.world.down) - 1))
        self.world.hear(self.world.down[place] if keep else self.world.down.pop(place))

    @precondition(lambda self: self.world.cellar)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """A broker finds something old, and gives it to everybody."""
        sealed = data.draw(st.sampled_from(self.world.cellar[-60:]), label="message")
        self.world.arrive([sealed])
        self.world.hear(sealed)

    @precondition(lambda self: self.world.cellar)
    @rule(data=st.data())
    def forge(self, data: st.DataObject) -> None:
        """Somebody changes a byte."""
        topic, payload = data.draw(st.sampled_from(self.world.cellar[-60:]), label="message")
        place = data.draw(st.integers(0, len(payload) - 1))
        changed = bytes([payload[place] ^ data.draw(st.integers(1, 255))])
        forged = (topic, payload[:place] + changed + payload[place + 1 :])
        self.world.arrive([forged])
        self.world.hear(forged)

    @rule()
    def lose_everything_on_the_way(self) -> None:
        self.world.up.clear()
        self.world.down.clear()

    # ------------------------------------------------------------ life and death

    @rule(k=boxes, point=st.sampled_from(kiosk.crash.CRASH_POINTS))
    def a_kiosk_will_die(self, k: int, point: str) -> None:
        self.world.boxes[k].die_at(point)

    @rule(k=boxes, rebooted=st.booleans())
    def restart_a_kiosk(self, k: int, rebooted: bool) -> None:
        self.world.boxes[k].restart(rebooted=rebooted)

    @rule(point=st.sampled_from(collector.crash.CRASH_POINTS))
    def the_collector_will_die(self, point: str) -> None:
        self.world.office.die_at(point)

    @rule()
    def restart_the_collector(self) -> None:
        self.world.office.restart()

    # ------------------------------------------------------------ older states

    @rule(k=boxes)
    def copy_a_card(self, k: int) -> None:
        box = self.world.boxes[k]
        self.world.images[box.name] = Image(box.copy_of_the_card(), dict(box.believed))

    @rule(k=boxes)
    def put_the_old_card_in(self, k: int) -> None:
        self.world.put_the_old_card_in(self.world.boxes[k])

    @rule()
    def back_up(self) -> None:
        self.world.backups.append(Backup(self.world.office.backup(), self.world.ms))

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        fresh = [each for each in self.world.backups if each.at_ms > self.world.ms - TOO_OLD]
        if fresh:
            self.world.restore(data.draw(st.sampled_from(fresh), label="backup"))

    @rule(k=boxes, count=st.integers(1, 5), days=st.sampled_from([0, 0, 3, 40, 75]))
    def restore_what_lacks_the_latest(self, k: int, count: int, days: int) -> None:
        """The votes since the backup were receipted, and their kiosk is told that they are gone.

        Then a broker finds what the old collector had said, before the new one answers.
        """
        self.serve_with_a_good_network(k, count)
        self.back_up()
        self.serve_with_a_good_network(k, count)
        said = self.world.cellar[-20:]
        self.world.wait(days * DAY)
        self.serve_with_a_good_network(k, 1)
        self.world.restore(self.world.backups[-1])
        self.serve_with_a_good_network(k, 1)
        self.world.boxes[k].connect()
        self.world.run()
        for sealed in said:
            self.world.hear(sealed)

    @rule(k=boxes, count=st.integers(BATCH + 1, 3 * BATCH))
    def lose_the_first_of_several_batches(self, k: int, count: int) -> None:
        """What follows it leaves a gap: the answer says so, and nothing of it is stored."""
        self.serve_with_a_good_network(k, 1)
        self.world.arrive(self.batches_of(k, count)[1:])
        self.hear_what_is_on_its_way()

    @rule(k=boxes, count=st.integers(BATCH + 1, 3 * BATCH))
    def restore_while_a_receipt_is_late(self, k: int, count: int) -> None:
        """It comes after a word of the new collector, in the same conversation."""
        self.serve_with_a_good_network(k, 1)
        self.back_up()
        batches = self.batches_of(k, count)
        self.world.arrive(batches)
        late, self.world.down = self.world.down, []
        self.world.restore(self.world.backups[-1])
        self.world.arrive(batches[1:])
        self.hear_what_is_on_its_way()
        for sealed in late:
            self.world.hear(sealed)

    def batches_of(self, k: int, count: int) -> list[Sealed]:
        """What a kiosk sends of so many votes; nothing else is on its way then."""
        self.lose_everything_on_the_way()
        self.serve_many(k, count)
        topic = wire.topic_of(self.world.boxes[k].name, "votes")
        sent, self.world.up = self.world.up, []
        return [sealed for sealed in sent if sealed[0] == topic]

    def hear_what_is_on_its_way(self) -> None:
        down, self.world.down = self.world.down, []
        for sealed in down:
            self.world.hear(sealed)

    @rule(k=boxes, count=st.integers(1, 5))
    def go_on_from_a_card_that_lacks_the_latest(self, k: int, count: int) -> None:
        """Other votes take the places of those that were receipted, and one more."""
        self.copy_a_card(k)
        self.serve_with_a_good_network(k, count)
        self.put_the_old_card_in(k)
        self.serve_with_a_good_network(k, count + 1)

    # ------------------------------------------------------------ people

    @rule()
    def erase(self) -> None:
        self.world.office.erase()

    @rule(k=st.integers(0, 1))
    def revoke(self, k: int) -> None:
        self.world.office.revoke_if_known(self.world.boxes[k].epoch)

    @rule(k=boxes)
    def approve(self, k: int) -> None:
        self.world.approve(self.world.boxes[k].epoch)

    # ------------------------------------------------------------ what is always so

    @invariant()
    def what_is_marked_was_stored(self) -> None:
        """By the collector whose receipt it was. If an older ledger has taken its place since,
        the kiosk learns of that in its next conversation."""
        for box in self.world.boxes:
            self.world.check_what_is_marked(box)

    @invariant()
    def what_a_lamp_confirmed_is_somewhere(self) -> None:
        """On the card or in the ledger; but for what went with a card that was thrown away."""
        stored = self.world.office.stored()
        for box in self.world.boxes:
            assert box.confirmed - self.world.destroyed <= box.kept() | stored

    @invariant()
    def nothing_is_forged(self) -> None:
        assert self.world.office.stored() <= self.world.made.keys()

    # ------------------------------------------------------------ in the end

    @rule(reconnect=st.booleans())
    def calm_down(self, reconnect: bool) -> None:
        """Everybody is connected and approved, and nothing is lost from now on."""
        for box in self.world.boxes:
            if reconnect:
                box.connect()
        calm_down(self.world)


PromiseMachine.TestCase.settings = settings(
    max_examples=examples(40),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestPromise = PromiseMachine.TestCase
