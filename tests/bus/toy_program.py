"""The program and the simulator with one more family: ``python -m tests.bus.toy_program run``."""

from __future__ import annotations

import runpy
from collections.abc import Callable

from dbus_xbms.process import watchdog
from dbus_xbms.protocols.registry import FAMILIES
from dbus_xbms.simulator import world
from dbus_xbms.simulator.device import Clock, Device
from dbus_xbms.simulator.jbd_device import JbdDevice
from dbus_xbms.simulator.scenario import PackSpec
from tests.patience import PATIENCE
from tests.toy import Toy

EVERY = 0.4  # s between two lines; a real BMS of such a kind pushes two to ten a second


class ToyDevice(JbdDevice):
    """A BMS that pushes a line periodically and ignores writes."""

    def connect(self, notify: Callable[[bytes], None]) -> None:
        super().connect(notify)
        self._push(self._connection)

    def write(self, encoded: bytes) -> None:
        self.counters.garbled += 1

    def _push(self, connection: int) -> None:
        if connection != self._connection:
            return
        text = b"$13280,-5000,72,3320 3320 3320 3320,21"
        self._send(b"%b*%02x\n" % (text, sum(text) & 0xFF))
        self._clock.call_later(EVERY, lambda: self._push(connection))


def make_device(spec: PackSpec, clock: Clock, seed: int = 1) -> Device:
    """Make a toy for a name that begins with TOY-, otherwise the simulator's device."""
    if not spec.radio.name.startswith("TOY-"):
        return simulated(spec, clock, seed)
    return ToyDevice(spec.address, world.make_board(spec, seed), spec.wire, clock, seed)


if __name__ == "__main__":
    watchdog.END_LIMIT = PATIENCE
    FAMILIES[Toy.name] = Toy()
    simulated, world.make_device = world.make_device, make_device
    runpy.run_module("dbus_xbms", run_name="__main__", alter_sys=True)
