"""What each fault does to the simulation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from dbus_xbms.simulator.air import ConnectFault, Peripheral, SocketFault
from dbus_xbms.simulator.battery import Battery, Overrides
from dbus_xbms.simulator.bluez import BlueZ
from dbus_xbms.simulator.bluez_adapter import Adapter
from dbus_xbms.simulator.board import BatteryBoard
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.world import World

Parameters = Mapping[str, Any]
# An open sensor was seen as -30.0 °C on a real board; that of a shorted one is assumed.
BROKEN_SENSORS = {"open": -30.0, "short": 120.0}


class FaultError(Exception):
    """An injection that makes no sense; the message says what would."""


def drop(world: World, pack: Peripheral, p: Parameters) -> None:
    """The pack ends the link."""
    pack.drop()


def link_loss(world: World, pack: Peripheral, p: Parameters) -> None:
    """The radio link is lost."""
    for device in bluez_of(world).links(pack):
        device.link_lost()


def appear(world: World, pack: Peripheral, p: Parameters) -> None:
    """Back in the air."""
    pack.appear(True)


def bluez_of(world: World) -> BlueZ:
    """The simulated daemon.

    Raises:
        FaultError: there is none.
    """
    if world.bluez is None:
        raise FaultError("no Bluetooth is simulated here")
    return world.bluez


def battery_of(pack: Peripheral) -> Battery:
    """The battery of a pack, at this moment.

    Raises:
        FaultError: it is a recording.
    """
    board = pack.device.board
    if not isinstance(board, BatteryBoard):
        raise FaultError(f"{pack.address} replays a recording: nothing in it can be changed")
    board.battery.advance(asyncio.get_running_loop().time())
    return board.battery


def _after(seconds: float, callback: Callable[[], object]) -> None:
    """Take a fault back after a while; 0: never."""
    if seconds > 0:
        asyncio.get_running_loop().call_later(seconds, callback)


def fail_connects(world: World, pack: Peripheral, p: Parameters) -> None:
    """The next attempts to connect fail."""
    pack.connect_fault = ConnectFault(count=int(p["count"]), error=str(p["error"]))


def refuse_socket(world: World, pack: Peripheral, p: Parameters) -> None:
    """AcquireNotify fails, or does so no more."""
    pack.socket_fault.refused = bool(p["on"])
    _after(float(p["seconds"]) if p["on"] else 0.0, lambda: refuse_socket(world, pack, {"on": False}))


def leak_socket(world: World, pack: Peripheral, p: Parameters) -> None:
    """Notifications do not reach the socket, each with a probability."""
    pack.socket_fault.loses = float(p["probability"])
    _after(float(p["seconds"]), lambda: leak_socket(world, pack, {"probability": 0.0, "seconds": 0.0}))


def close_socket(world: World, pack: Peripheral, p: Parameters) -> None:
    """BlueZ closes the socket; the link stands."""
    for device in bluez_of(world).links(pack):
        if device.gatt:
            device.gatt.notify.release()


def frame(kind: FaultKind) -> Callable[[World, Peripheral, Parameters], None]:
    """Return the action that puts a fault of the wire on."""

    def run(world: World, pack: Peripheral, p: Parameters) -> None:
        seconds, count = float(p["seconds"]), int(p.get("count", 0))
        now = asyncio.get_running_loop().time()
        fault = FrameFault(
            kind=kind,
            count=count or None,
            probability=float(p.get("probability", 1.0)),
            amount=float(p.get("amount", 0.0)),
            until=now + seconds if seconds else None,
        )
        pack.device.faults.on.append(fault)

    return run


def vanish(world: World, pack: Peripheral, p: Parameters) -> None:
    """Out of the air, with its link."""
    pack.appear(False)
    _after(float(p["seconds"]), lambda: pack.appear(True))


def phone(world: World, pack: Peripheral, p: Parameters) -> None:
    """A phone takes the link, or lets go of it."""
    pack.grab(bool(p["on"]))
    _after(float(p["seconds"]) if p["on"] else 0.0, lambda: pack.grab(False))


def rssi(world: World, pack: Peripheral, p: Parameters) -> None:
    """Change the signal strength."""
    pack.rssi = int(p["dbm"])


def pair(world: World, pack: Peripheral, p: Parameters) -> None:
    """Pair a passkey module, or forget it."""
    pack.device.paired = bool(p["on"])


def clear(world: World, pack: Peripheral, p: Parameters) -> None:
    """End every fault of the wire and every imposed value."""
    pack.device.faults.clear()
    pack.connect_fault = ConnectFault()
    pack.socket_fault = SocketFault()
    if isinstance(pack.device.board, BatteryBoard):
        battery = battery_of(pack)
        battery.overrides = Overrides()
        battery.settle()


def stuck(world: World, pack: Peripheral, p: Parameters) -> None:
    """A MOSFET stays as it is, whatever is ordered."""
    mosfet, state = str(p["mosfet"]), str(p["state"])
    battery = battery_of(pack)
    if mosfet not in ("charge", "discharge") or state not in ("on", "off", "free"):
        raise ValueError("mosfet is charge or discharge; state is on, off or free")
    battery.overrides.stuck.pop(mosfet, None)
    if state != "free":
        battery.overrides.stuck[mosfet] = state == "on"
    battery.settle()


def unlocks(world: World, pack: Peripheral, p: Parameters) -> None:
    """The BMS ends the lock of a MOSFET that current flows backwards through, as newer boards do."""
    battery = battery_of(pack)
    battery.overrides.unlocks = bool(p["on"])
    battery.settle()


def mask(world: World, pack: Peripheral, p: Parameters) -> None:
    """Another master of the BMS (a display, a gateway) writes the MOSFET mask."""
    wanted = int(p["mask"])
    if not 0 <= wanted <= 3:
        raise ValueError("mask is 0 to 3")
    battery_of(pack).command(wanted, asyncio.get_running_loop().time())


def hides_lock(world: World, pack: Peripheral, p: Parameters) -> None:
    """The BMS never sets its lock bit."""
    battery_of(pack).overrides.hides_lock = bool(p["on"])


def protection(world: World, pack: Peripheral, p: Parameters) -> None:
    """Set a protection bit."""
    battery, bit = battery_of(pack), 1 << int(p["bit"])
    bits = battery.overrides.protection
    battery.overrides.protection = bits | bit if p["on"] else bits & ~bit
    battery.settle()


def cell(world: World, pack: Peripheral, p: Parameters) -> None:
    """Impose a cell's voltage."""
    battery, number = battery_of(pack), int(p["number"])
    if not 1 <= number <= battery.spec.cells:
        raise ValueError(f"cells are numbered from 1 to {battery.spec.cells}")
    _override(battery.overrides.cells, number, p["volts"])
    battery.settle()


def temperature(world: World, pack: Peripheral, p: Parameters) -> None:
    """Impose a sensor's temperature, or break it."""
    battery, number = battery_of(pack), int(p["number"])
    if not 1 <= number <= battery.spec.sensors:
        raise ValueError(f"sensors are numbered from 1 to {battery.spec.sensors}")
    _override(battery.overrides.temperatures, number, BROKEN_SENSORS.get(p["celsius"], p["celsius"]))
    battery.settle()


def _override(overrides: dict[int, float], number: int, value: Any) -> None:
    """Impose a value; "" gives it back to the model."""
    if value == "":
        overrides.pop(number, None)
    else:
        overrides[number] = float(value)


def current(world: World, pack: Peripheral, p: Parameters) -> None:
    """Impose what sources and loads drive."""
    battery = battery_of(pack)
    battery.overrides.current = None if p["amperes"] == "" else float(p["amperes"])
    battery.settle()


def soc(world: World, pack: Peripheral, p: Parameters) -> None:
    """Fill or empty the battery."""
    battery = battery_of(pack)
    battery.set_soc(min(100.0, max(0.0, float(p["percent"]))))
    battery.settle()


def power(world: World, adapter: Adapter, p: Parameters) -> None:
    """Switch the adapter."""
    adapter.power(bool(p["on"]))
    _after(float(p["seconds"]), lambda: adapter.power(not p["on"]))


def busy(world: World, adapter: Adapter, p: Parameters) -> None:
    """StartDiscovery answers InProgress for a while."""
    adapter.busy_until = asyncio.get_running_loop().time() + float(p["seconds"])


def crowd(world: World, adapter: Adapter, p: Parameters) -> None:
    """Fill the air with other people's devices."""
    adapter.crowd.size, adapter.crowd.rate = int(p["devices"]), float(p["rate"])


def unplug(world: World, adapter: Adapter, p: Parameters) -> None:
    """Pull an adapter out; back after a while if ``seconds`` says so."""
    bluez_of(world).unplug(adapter)
    _after(float(p["seconds"]), lambda: plug(world, adapter, p))


def plug(world: World, adapter: Adapter, p: Parameters) -> None:
    """Put an adapter in, perhaps under another name."""
    name = str(p["name"]) or adapter.name
    if any(other.name == name for other in bluez_of(world).plugged):
        raise ValueError(f"there is an adapter {name} already")
    bluez_of(world).plug(adapter, name)


def restart_bluez(world: World, target: object, p: Parameters) -> Coroutine[Any, Any, None]:
    """End the daemon and start it again."""
    if p["signal"] not in ("TERM", "KILL"):
        raise ValueError("signal is TERM or KILL")
    return bluez_of(world).restart(clean=p["signal"] == "TERM", seconds=float(p["seconds"]))


async def restart_settings(world: World, target: object, p: Parameters) -> None:
    """Take localsettings away and bring it back, with all it knew."""
    if world.settings is not None:
        await world.settings.close()
        await asyncio.sleep(float(p["seconds"]))
        await world.settings.open()
