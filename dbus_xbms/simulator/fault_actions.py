"""The action of each fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from dbus_xbms.simulator.air import ConnectFault, Peripheral, SocketFault
from dbus_xbms.simulator.bank import Bank, BankOverrides
from dbus_xbms.simulator.battery import Battery, Overrides
from dbus_xbms.simulator.bluez import BlueZ
from dbus_xbms.simulator.bluez_adapter import Adapter
from dbus_xbms.simulator.frame_faults import FaultKind, FrameFault
from dbus_xbms.simulator.world import World

Parameters = Mapping[str, Any]
# An open sensor reads -30.0 °C on a real board; the value of a shorted one is assumed.
BROKEN_SENSORS = {"open": -30.0, "short": 120.0}


class FaultError(Exception):
    """A fault that cannot be injected; the message says why."""


def drop(world: World, pack: Peripheral, p: Parameters) -> None:
    """End the link from the pack's side."""
    pack.drop()


def link_loss(world: World, pack: Peripheral, p: Parameters) -> None:
    """Lose the radio link."""
    for device in bluez_of(world).links(pack):
        device.link_lost()


def appear(world: World, pack: Peripheral, p: Parameters) -> None:
    """Bring the pack back into range."""
    pack.appear(True)


def bluez_of(world: World) -> BlueZ:
    """Return the simulated daemon.

    Raises:
        FaultError: Bluetooth is not simulated.
    """
    if world.bluez is None:
        raise FaultError("Bluetooth is not simulated here")
    return world.bluez


def battery_of(pack: Peripheral) -> Battery:
    """Return the battery of a pack, advanced to the present.

    Raises:
        FaultError: the pack replays a recording.
    """
    battery = pack.device.battery
    if battery is None:
        raise FaultError(f"{pack.address} replays a recording, which cannot be changed")
    battery.advance(asyncio.get_running_loop().time())
    return battery


def _after(seconds: float, callback: Callable[[], object]) -> None:
    """Call ``callback`` after some seconds; 0: never."""
    if seconds > 0:
        asyncio.get_running_loop().call_later(seconds, callback)


def fail_connects(world: World, pack: Peripheral, p: Parameters) -> None:
    """Let the next attempts to connect fail."""
    pack.connect_fault = ConnectFault(count=int(p["count"]), error=str(p["error"]))


def refuse_socket(world: World, pack: Peripheral, p: Parameters) -> None:
    """Let AcquireNotify fail, or work again."""
    pack.socket_fault.refused = bool(p["on"])
    _after(float(p["seconds"]) if p["on"] else 0.0, lambda: refuse_socket(world, pack, {"on": False}))


def leak_socket(world: World, pack: Peripheral, p: Parameters) -> None:
    """Lose notifications on their way to the socket, each with a probability."""
    pack.socket_fault.loss = float(p["probability"])
    _after(float(p["seconds"]), lambda: leak_socket(world, pack, {"probability": 0.0, "seconds": 0.0}))


def close_socket(world: World, pack: Peripheral, p: Parameters) -> None:
    """Close the socket on BlueZ's side; the link stays."""
    for device in bluez_of(world).links(pack):
        if device.gatt:
            device.gatt.notify.release()


def frame(kind: FaultKind) -> Callable[[World, Peripheral, Parameters], None]:
    """Return the action that starts a fault of requests and replies."""

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
        pack.device.faults.active.append(fault)

    return run


def vanish(world: World, pack: Peripheral, p: Parameters) -> None:
    """Take the pack out of range; it loses its link."""
    pack.appear(False)
    _after(float(p["seconds"]), lambda: pack.appear(True))


def phone(world: World, pack: Peripheral, p: Parameters) -> None:
    """Connect a phone to the pack, or disconnect it."""
    pack.grab(bool(p["on"]))
    _after(float(p["seconds"]) if p["on"] else 0.0, lambda: pack.grab(False))


def rssi(world: World, pack: Peripheral, p: Parameters) -> None:
    """Change the signal strength."""
    pack.rssi = int(p["dbm"])


def pair(world: World, pack: Peripheral, p: Parameters) -> None:
    """Pair a passkey module, or remove its pairing."""
    pack.device.paired = bool(p["on"])


def clear(world: World, pack: Peripheral, p: Parameters) -> None:
    """End every fault of requests and replies and every imposed value."""
    pack.device.faults.clear()
    pack.connect_fault = ConnectFault()
    pack.socket_fault = SocketFault()
    if pack.device.battery is not None:
        battery = battery_of(pack)
        battery.overrides = Overrides()
        battery.settle()


def stuck(world: World, pack: Peripheral, p: Parameters) -> None:
    """Fix the state of a MOSFET whatever is commanded, or free it."""
    mosfet, state = str(p["mosfet"]), str(p["state"])
    battery = battery_of(pack)
    if mosfet not in ("charge", "discharge") or state not in ("on", "off", "free"):
        raise ValueError("mosfet is charge or discharge; state is on, off or free")
    battery.overrides.stuck.pop(mosfet, None)
    if state != "free":
        battery.overrides.stuck[mosfet] = state == "on"
    battery.settle()


def unlocks(world: World, pack: Peripheral, p: Parameters) -> None:
    """Let the BMS end the lock of a MOSFET when current flows backwards through it, as newer boards do."""
    battery = battery_of(pack)
    battery.overrides.unlocks = bool(p["on"])
    battery.settle()


def mask(world: World, pack: Peripheral, p: Parameters) -> None:
    """Write the MOSFET mask as another master of the BMS (a display, a gateway) would."""
    wanted = int(p["mask"])
    if not 0 <= wanted <= 3:
        raise ValueError("mask is 0 to 3")
    battery_of(pack).command(wanted, asyncio.get_running_loop().time())


def hides_lock(world: World, pack: Peripheral, p: Parameters) -> None:
    """Let the BMS never set its lock bit, or set it again."""
    battery_of(pack).overrides.hides_lock = bool(p["on"])


def protection(world: World, pack: Peripheral, p: Parameters) -> None:
    """Set or clear a protection bit."""
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
    """Impose a value; "" ends this."""
    if value == "":
        overrides.pop(number, None)
    else:
        overrides[number] = float(value)


def current(world: World, pack: Peripheral, p: Parameters) -> None:
    """Impose the current from sources and loads."""
    battery = battery_of(pack)
    battery.overrides.current = None if p["amperes"] == "" else float(p["amperes"])
    battery.settle()


def soc(world: World, pack: Peripheral, p: Parameters) -> None:
    """Set the state of charge."""
    battery = battery_of(pack)
    battery.set_soc(min(100.0, max(0.0, float(p["percent"]))))
    battery.settle()


def breaker(world: World, pack: Peripheral, p: Parameters) -> None:
    """Separate a pack of a bank from the others, or connect it again."""
    battery = battery_of(pack)
    bank = next((bank for bank in world.banks if battery in bank.batteries), None)
    if bank is None:
        raise FaultError(f"{pack.address} is not wired to other packs")
    (bank.overrides.off.discard if p["on"] else bank.overrides.off.add)(battery)
    bank.settle()


def bank_current(world: World, bank: Bank, p: Parameters) -> None:
    """Impose the current from sources and loads of a bank."""
    _advance(bank)
    bank.overrides.current = None if p["amperes"] == "" else float(p["amperes"])
    bank.settle()


def charger(world: World, bank: Bank, p: Parameters) -> None:
    """Set the voltage that the charger of a bank holds."""
    _advance(bank)
    bank.overrides.voltage = None if p["volts"] == "" else float(p["volts"])
    bank.settle()


def restore_bank(world: World, bank: Bank, p: Parameters) -> None:
    """End everything that was imposed on a bank."""
    _advance(bank)
    bank.overrides = BankOverrides()
    bank.settle()


def _advance(bank: Bank) -> None:
    bank.advance(asyncio.get_running_loop().time())


def power(world: World, adapter: Adapter, p: Parameters) -> None:
    """Switch the adapter on or off."""
    adapter.power(bool(p["on"]))
    _after(float(p["seconds"]), lambda: adapter.power(not p["on"]))


def busy(world: World, adapter: Adapter, p: Parameters) -> None:
    """Let StartDiscovery answer InProgress for some seconds."""
    adapter.busy_until = asyncio.get_running_loop().time() + float(p["seconds"])


def crowd(world: World, adapter: Adapter, p: Parameters) -> None:
    """Add unrelated devices that advertise."""
    adapter.crowd.size, adapter.crowd.rate = int(p["devices"]), float(p["rate"])


def unplug(world: World, adapter: Adapter, p: Parameters) -> None:
    """Unplug an adapter; plug it in again after ``seconds``, if not 0."""
    bluez_of(world).unplug(adapter)
    _after(float(p["seconds"]), lambda: plug(world, adapter, p))


def plug(world: World, adapter: Adapter, p: Parameters) -> None:
    """Plug an adapter in, optionally under another name."""
    name = str(p["name"]) or adapter.name
    if any(other.name == name for other in bluez_of(world).plugged):
        raise ValueError(f"an adapter {name} already exists")
    bluez_of(world).plug(adapter, name)


def restart_bluez(world: World, target: object, p: Parameters) -> Coroutine[Any, Any, None]:
    """End the daemon and start it again."""
    if p["signal"] not in ("TERM", "KILL"):
        raise ValueError("signal is TERM or KILL")
    return bluez_of(world).restart(clean=p["signal"] == "TERM", seconds=float(p["seconds"]))


async def restart_settings(world: World, target: object, p: Parameters) -> None:
    """Stop localsettings and start it again with the same settings."""
    if world.settings is not None:
        await world.settings.close()
        await asyncio.sleep(float(p["seconds"]))
        await world.settings.open()
