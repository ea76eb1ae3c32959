"""What the collector asked for, done while nobody presses."""

import logging
from collections.abc import Callable
from typing import Final

from kiosk import wire
from kiosk.clock import Clock
from kiosk.inforce import InForce
from kiosk.orders import Orders
from kiosk.panel import Front, Panel
from kiosk.presses import Presses

LOOK_MS: Final = 60_000  # between two looks whether it is night

SelfTest = Callable[[], tuple[wire.Check, ...]]


class Errands:
    """`test` is the self-test; `stop` ends the process, which is then started again."""

    def __init__(
        self,
        *,
        orders: Orders,
        in_force: InForce,
        presses: Presses,
        front: Front,
        clock: Clock,
        test: SelfTest,
    ) -> None:
        self._orders = orders
        self._in_force = in_force
        self._presses = presses
        self._front = front
        self._clock = clock
        self._test = test
        self._next_look = 0
        self.stop: Callable[[], None] = lambda: None

    def run(self, panel: Panel) -> None:
        """At a quiet moment: apply new settings, obey a command."""
        now = self._clock.up()
        if self._orders.changed:
            self._orders.changed = False
            self._apply()
            self._next_look = now
        if now >= self._next_look:
            self._next_look = now + LOOK_MS
            self._front.brightness = self._in_force.brightness(self._clock.now())
        if self._orders.waiting:
            self._obey(self._orders.waiting.popleft(), panel)

    def _apply(self) -> None:
        self._presses.settle(self._in_force.settle_ms)
        logging.getLogger("senyum").setLevel(self._in_force.log_level)

    def _obey(self, command: wire.Command, panel: Panel) -> None:
        if self._orders.is_late(command):
            panel.desk.post.answer(command.id, "expired", ())
            return
        checks = self._do(command.action, panel)
        result: wire.Result = "done" if all(check.ok for check in checks) else "failed"
        panel.desk.post.answer(command.id, result, checks)
        if command.action == "restart":
            self.stop()

    def _do(self, action: wire.Action, panel: Panel) -> tuple[wire.Check, ...]:
        match action:
            case "identify":
                panel.identify()
                return ()
            case "self-test":
                return self._test()
            case "restart":
                return ()
