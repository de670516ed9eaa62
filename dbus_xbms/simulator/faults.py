"""The faults that can be injected while a simulation runs: one row each."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from dbus_xbms.simulator import fault_actions as act
from dbus_xbms.simulator.bluez_names import ABORTED
from dbus_xbms.simulator.fault_actions import FaultError, Parameters
from dbus_xbms.simulator.frame_faults import FaultKind
from dbus_xbms.simulator.world import World

Action = Callable[[World, Any, Parameters], Coroutine[Any, Any, None] | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: name, kind of target, action, parameters with their defaults, and help."""

    name: str
    target: str  # pack, bank, adapter or world
    act: Action
    parameters: Parameters
    help: str


DURATION = {"seconds": 0.0}  # 0: no end
FRAME = {"count": 1, "probability": 1.0, **DURATION}  # count 0: no limit
AMOUNT = {**FRAME, "amount": 0.0}
FAULTS = (
    Fault("drop", "pack", act.drop, {}, "the pack disconnects"),
    Fault("link_loss", "pack", act.link_loss, {}, "the radio link is lost; detected some seconds later"),
    Fault(
        "fail_connects",
        "pack",
        act.fail_connects,
        {"count": 1, "error": ABORTED},
        "the next connection attempts fail",
    ),
    Fault("mute", "pack", act.frame(FaultKind.MUTE), DURATION, "no replies"),
    Fault(
        "late",
        "pack",
        act.frame(FaultKind.LATE),
        {**FRAME, "amount": 3.0},
        "replies come amount s late, in order",
    ),
    Fault("lose", "pack", act.frame(FaultKind.LOSE), FRAME, "requests are lost"),
    Fault(
        "tear",
        "pack",
        act.frame(FaultKind.TEAR),
        AMOUNT,
        "only amount bytes of a reply arrive; 0: a random number",
    ),
    Fault("corrupt", "pack", act.frame(FaultKind.CORRUPT), FRAME, "one bit of a reply is flipped"),
    Fault(
        "echo", "pack", act.frame(FaultKind.ECHO), FRAME, "the reply is followed by an echo of the request"
    ),
    Fault("duplicate", "pack", act.frame(FaultKind.DUPLICATE), FRAME, "replies come twice"),
    Fault(
        "refuse",
        "pack",
        act.frame(FaultKind.REFUSE),
        AMOUNT,
        "requests are refused with the status amount; 0: 0x80",
    ),
    Fault(
        "foreign",
        "pack",
        act.frame(FaultKind.FOREIGN),
        FRAME,
        "a block of another protocol follows the reply",
    ),
    Fault(
        "lost_acknowledge",
        "pack",
        act.frame(FaultKind.LOST_ACKNOWLEDGE),
        FRAME,
        "writes are carried out, but their acknowledgements are lost",
    ),
    Fault(
        "lost_read_back",
        "pack",
        act.frame(FaultKind.LOST_READ_BACK),
        FRAME,
        "replies to reads are lost during the 3 s after a write",
    ),
    Fault(
        "ignored_write",
        "pack",
        act.frame(FaultKind.IGNORED_WRITE),
        FRAME,
        "writes are acknowledged, but not carried out",
    ),
    Fault(
        "refuse_socket",
        "pack",
        act.refuse_socket,
        {"on": True, **DURATION},
        "AcquireNotify fails (on False: works again); StartNotify works",
    ),
    Fault(
        "leak_socket",
        "pack",
        act.leak_socket,
        {"probability": 1.0, **DURATION},
        "notifications do not reach the socket of AcquireNotify",
    ),
    Fault("close_socket", "pack", act.close_socket, {}, "BlueZ closes the socket, but keeps the link"),
    Fault("vanish", "pack", act.vanish, DURATION, "out of range, losing its link"),
    Fault("appear", "pack", act.appear, {}, "back in range"),
    Fault("phone", "pack", act.phone, {"on": True, **DURATION}, "a phone connects, or disconnects"),
    Fault("rssi", "pack", act.rssi, {"dbm": -60}, "signal strength"),
    Fault("pair", "pack", act.pair, {"on": True}, "a passkey module is paired, or no longer paired"),
    Fault("clear", "pack", act.clear, {}, "end all wire faults and imposed values"),
    Fault(
        "stuck",
        "pack",
        act.stuck,
        {"mosfet": "charge", "state": "on"},
        "a MOSFET (charge, discharge) is stuck on or off; free ends this",
    ),
    Fault("mask", "pack", act.mask, {"mask": 0}, "another master writes the MOSFET mask (0 to 3)"),
    Fault("hides_lock", "pack", act.hides_lock, {"on": True}, "the BMS never sets bit 12"),
    Fault(
        "unlocks",
        "pack",
        act.unlocks,
        {"on": True},
        "the BMS unlocks a MOSFET by itself above 2 A of reverse current",
    ),
    Fault("protection", "pack", act.protection, {"bit": 0, "on": True}, "a protection bit (0 to 15) is set"),
    Fault("cell", "pack", act.cell, {"number": 1, "volts": ""}, "a cell's voltage"),
    Fault(
        "temperature",
        "pack",
        act.temperature,
        {"number": 1, "celsius": ""},
        'a sensor\'s temperature, "open" or "short"',
    ),
    Fault("current", "pack", act.current, {"amperes": ""}, "current imposed by sources (+) and loads (-)"),
    Fault("soc", "pack", act.soc, {"percent": 50.0}, "state of charge"),
    Fault(
        "breaker", "pack", act.breaker, {"on": False}, "the breaker between a pack and its bank is off or on"
    ),
    Fault(
        "bank_current",
        "bank",
        act.bank_current,
        {"amperes": ""},
        "current imposed by sources (+) and loads (-) of a bank",
    ),
    Fault("charger", "bank", act.charger, {"volts": ""}, "voltage that the charger of a bank holds"),
    Fault("restore_bank", "bank", act.restore_bank, {}, "end all imposed values of a bank; breakers are on"),
    Fault("power", "adapter", act.power, {"on": False, **DURATION}, "the adapter off or on"),
    Fault("busy", "adapter", act.busy, {"seconds": 10.0}, "StartDiscovery answers InProgress"),
    Fault(
        "crowd",
        "adapter",
        act.crowd,
        {"devices": 200, "rate": 10.0},
        "this many other devices advertise rate times a second, from the next discovery on",
    ),
    Fault(
        "unplug",
        "adapter",
        act.unplug,
        {"name": "", **DURATION},
        "the adapter is removed; after seconds it is back, optionally under another name",
    ),
    Fault("plug", "adapter", act.plug, {"name": ""}, "the adapter is back"),
    Fault(
        "restart_bluetoothd",
        "world",
        act.restart_bluez,
        {"signal": "TERM", "seconds": 1.0},
        "the daemon is ended by TERM or KILL and restarts",
    ),
    Fault(
        "restart_settings",
        "world",
        act.restart_settings,
        {"seconds": 1.0},
        "localsettings stops and restarts",
    ),
)


async def inject(world: World, target: str, name: str, parameters: Parameters) -> None:
    """Inject a fault; return when a restart has ended, for other faults at once.

    Raises:
        FaultError: unknown fault, target or parameter.
    """
    fault = next((row for row in FAULTS if row.name == name), None)
    if fault is None:
        raise FaultError(f"unknown fault {name!r}; known: {', '.join(row.name for row in FAULTS)}")
    if unknown := sorted(set(parameters) - set(fault.parameters)):
        raise FaultError(f"{name} takes {', '.join(fault.parameters) or 'nothing'}, not {', '.join(unknown)}")
    finders: dict[str, Callable[[str], object]] = {
        "pack": world.pack,
        "bank": world.bank,
        "adapter": world.adapter,
        "world": lambda _: world,
    }
    found = finders[fault.target](target)
    if found is None:
        raise FaultError(f"{name} needs a known {fault.target}, not {target!r}")
    try:
        running = fault.act(world, found, {**fault.parameters, **parameters})
        if running is not None:
            await running
    except (TypeError, ValueError, LookupError, OverflowError) as err:
        raise FaultError(f"{name}: {err}") from err
