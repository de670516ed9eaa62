"""Faults of the rig, one a row, and their expected effect."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.rig import machine
from tests.rig.machine import ctl

Action = Callable[[], Awaitable[object]]

FIRST = (0,)
BOTH = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; it always hits pack 0."""

    name: str
    begin: Action
    end: Action | None = None
    lasts: float = 0.0  # s from begin to end
    hits: tuple[int, ...] = FIRST  # packs that lose their link
    hurts_stack: bool = False  # bluetoothd or the adapter goes away
    gap: bool | None = False  # do values become invalid; None: that depends on how slow the guest is just now
    back: float = 60.0  # s from the fault's end until fresh values are on the bus again


async def _vanish() -> None:
    await ctl("advertise", bms=0, on=False)
    await ctl("drop", bms=0)


async def _drop_both() -> None:
    await ctl("drop", bms=0)
    await ctl("drop", bms=1)


FAULTS = (
    Fault(name="drop", begin=lambda: ctl("drop", bms=0)),
    Fault(name="drop-both", begin=_drop_both, hits=BOTH),
    Fault(name="linkloss", begin=lambda: ctl("linkloss", bms=0)),
    Fault(name="torn", begin=lambda: ctl("drop_after", bms=0, n=1)),
    Fault(name="corrupt", begin=lambda: ctl("corrupt", bms=0, n=1), hits=()),
    Fault(
        name="mute",
        begin=lambda: ctl("mute", bms=0, n=-1),
        end=lambda: ctl("mute", bms=0, n=0),
        lasts=30.0,
        gap=True,
    ),
    Fault(
        name="vanish",
        begin=_vanish,
        end=lambda: ctl("advertise", bms=0, on=True),
        lasts=60.0,
        gap=True,
    ),
    Fault(
        name="bluetoothd-term",
        begin=lambda: machine.kill("bluetoothd", signal.SIGTERM),
        end=machine.start_bluetoothd,
        lasts=5.0,
        hits=BOTH,
        hurts_stack=True,
        gap=None,
    ),
    Fault(
        name="bluetoothd-kill",
        begin=lambda: machine.kill("bluetoothd", signal.SIGKILL),
        end=machine.start_bluetoothd,
        lasts=5.0,
        hits=BOTH,
        hurts_stack=True,
        gap=None,
    ),
    Fault(
        name="bluetoothd-away",
        begin=lambda: machine.kill("bluetoothd", signal.SIGTERM),
        end=machine.start_bluetoothd,
        lasts=60.0,
        hits=BOTH,
        hurts_stack=True,
        gap=True,
    ),
    Fault(
        name="unplug",
        begin=lambda: machine.kill("vbms", signal.SIGTERM),
        end=machine.plug_in,
        lasts=10.0,
        hits=BOTH,
        hurts_stack=True,
        gap=None,
    ),
)
