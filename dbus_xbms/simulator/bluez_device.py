"""A device in simulated BlueZ: known, connected, resolved, removed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbus_fast import Message, Variant

from dbus_xbms.dbus import LATER, Method, Node
from dbus_xbms.simulator.air import Peripheral
from dbus_xbms.simulator.bluez_agent import Agents, Pairing
from dbus_xbms.simulator.bluez_gatt import Gatt, GattLink, export, service_uuids
from dbus_xbms.simulator.bluez_names import (
    ABORTED,
    BEARER,
    DEVICE,
    Timing,
    error,
    in_progress,
    not_ready,
    uuid,
)
from dbus_xbms.simulator.objects import ObjectTree

FLAP = 0.2  # s for which a link that fails to be established is shown as connected


@dataclass(slots=True, kw_only=True)
class AdapterCounters:
    """Requests to an adapter since the start."""

    connects: int = 0  # Connect calls that were not refused at once
    connecting: int = 0  # of these, under way now
    connecting_most: int = 0  # highest number under way at the same time
    pairings: int = 0  # Pair calls that were not refused at once
    discoveries: int = 0
    discovery_seconds: float = 0.0

    def connect_begins(self) -> None:
        """Count a Connect call."""
        self.connects += 1
        self.connecting += 1
        self.connecting_most = max(self.connecting_most, self.connecting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The parts of an adapter that its devices use."""

    tree: ObjectTree
    agents: Agents
    path: str
    address: str
    timing: Timing
    counters: AdapterCounters
    powered: Callable[[], bool]
    old: bool  # BlueZ before 5.84


class RemoteDevice:
    """One pack on one adapter."""

    def __init__(self, host: Host, peripheral: Peripheral, *, temporary: bool = True) -> None:
        self.host = host
        self.peripheral = peripheral
        self.path = f"{host.path}/dev_{peripheral.address.replace(':', '_')}"
        self.temporary = temporary
        self.connected = False
        self.last_seen = 0.0
        self.gatt: Gatt | None = None
        self._bonded = peripheral.device.paired  # according to this side
        self._connecting: Message | None = None  # Connect or Pair
        self._pairing = Pairing(host.tree.server, host.agents, self.path, peripheral.device, self._paired)
        self._timers: list[asyncio.TimerHandle] = []
        host.tree.add(self.path, self._node())

    @property
    def idle(self) -> bool:
        """Whether it is neither connected nor connecting."""
        return not self.connected and self._connecting is None

    def recreated(self, host: Host) -> RemoteDevice:
        """Return the same device after its adapter or the daemon has come back."""
        device = RemoteDevice(host, self.peripheral, temporary=False)
        device._bond(self._bonded)
        return device

    def seen(self, rssi: int, now: float) -> None:
        """Show an advertisement received at loop time ``now``."""
        self.last_seen = now
        shown = {"RSSI": Variant("n", rssi), "ManufacturerData": self._manufacturer()}
        self.host.tree.change(self.path, DEVICE, shown)

    def unseen(self) -> None:
        """Remove the signal strength at the end of a discovery."""
        node = self.host.tree.nodes.get(self.path)
        if node is not None and "RSSI" in node.properties[DEVICE]:
            self.host.tree.change(self.path, DEVICE, {}, ["RSSI"])

    def available(self) -> None:
        """Retry the connection attempt under way: the pack has started to advertise."""
        if self._connecting is not None and not self.connected:
            self._stop_timers()
            self._attempt()

    def client_gone(self, client: str) -> None:
        """End the notify sessions and the pairing of a client that has left the bus."""
        for characteristic in self.gatt.characteristics if self.gatt else ():
            characteristic.client_gone(client)
        if client in [
            call.sender for call in (self._pairing.call, self._connecting) if call and call.member == "Pair"
        ]:
            self.unlink()

    def unlink(self) -> None:
        """End the link or the connection attempt from this side."""
        self._fail_connect(ABORTED)
        if self.connected:
            self.peripheral.release()
            self._unlinked()

    def link_lost(self) -> None:
        """Break the radio link; both sides notice after the supervision timeout."""
        if self.connected:
            self.peripheral.deaf = True
            self._later(self.host.timing.supervision, self.unlink)

    def remove(self) -> None:
        """Remove the device from the bus."""
        self.unlink()
        self._stop_timers()
        self.host.tree.remove(self.path)

    def forget_gatt(self) -> None:
        """Drop the GATT table without a signal: the daemon has ended."""
        self._stop_timers()
        self.gatt = None

    def _node(self) -> Node:
        radio, address = self.peripheral.radio, self.peripheral.address
        text = {"Address": address, "AddressType": "public", "Name": radio.name, "Alias": radio.name}
        flags = ("Paired", "Bonded", "Trusted", "Blocked", "LegacyPairing", "Connected", "ServicesResolved")
        properties = {
            **{name: Variant("s", value) for name, value in text.items()},
            **{name: Variant("b", False) for name in flags},
            "Adapter": Variant("o", self.host.path),
            "UUIDs": Variant("as", [uuid(self.peripheral.module.advertised)]),
            "ManufacturerData": self._manufacturer(),
        }
        properties |= {"Paired": Variant("b", self._bonded), "Bonded": Variant("b", self._bonded)}
        return Node(
            properties={DEVICE: properties} | ({} if self.host.old else {BEARER: {}}),
            methods={
                (DEVICE, "Connect"): Method(run=self._connect),
                (DEVICE, "Disconnect"): Method(run=self._disconnect),
                (DEVICE, "Pair"): Method(run=self._pair),
                (DEVICE, "CancelPairing"): Method(run=self._cancel_pairing),
            },
            setters={
                (DEVICE, name): self._setter(name, signature)
                for name, signature in (("Trusted", "b"), ("Blocked", "b"), ("Alias", "s"))
            },
        )

    def _setter(self, name: str, signature: str) -> Callable[[Any], None]:
        return lambda value: self._change(**{name: Variant(signature, value)})

    def _manufacturer(self) -> Variant:
        sent = self.peripheral.module.manufacturer
        return Variant("a{qv}", {sent[0]: Variant("ay", sent[1])} if sent else {})

    def _change(self, **properties: Variant) -> None:
        self.host.tree.change(self.path, DEVICE, properties)

    def _later(self, delay: float, callback: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._timers = [timer for timer in self._timers if timer.when() > loop.time()]
        self._timers.append(loop.call_later(delay, callback))

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _connect(self, call: Message) -> object:
        if not self.host.powered():
            raise not_ready()
        if self._connecting is not None or self._pairing.call is not None:
            raise in_progress()
        if self.connected:
            return None
        self._connecting, self.temporary = call, False
        self.host.counters.connect_begins()
        self._attempt()
        return LATER

    def _attempt(self) -> None:
        timing, fault = self.host.timing, self.peripheral.connect_fault
        if not self.peripheral.advertising:
            self._later(timing.connect_timeout, lambda: self._fail_connect(ABORTED))
        elif fault.count > 0:
            fault.count -= 1
            self._later(timing.connect, lambda: self._flap(fault.error))
        else:
            self._later(timing.connect, self._linked)

    def _flap(self, text: str) -> None:
        if text == ABORTED:
            self._change(Connected=Variant("b", True))
            self._later(FLAP, lambda: self._change(Connected=Variant("b", self.connected)))
        self._fail_connect(text)

    def _fail_connect(self, text: str) -> None:
        call, self._connecting = self._connecting, None
        if call is not None:
            self.host.counters.connecting -= 1
            self.peripheral.counters.failed += 1
            pairs = call.member == "Pair"
            what = error("ConnectionAttemptFailed", "Page Timeout") if pairs else error("Failed", text)
            self.host.tree.server.fail(call, what)

    def _linked(self) -> None:
        call, self._connecting = self._connecting, None
        if call is None:
            return
        if not self.peripheral.advertising:  # out of range, or connected to a phone, in the meantime
            self._connecting = call
            self._attempt()
            return
        self.host.counters.connecting -= 1
        self.peripheral.connect(self.host.address, self._notified, self._unlinked)
        self.connected = True
        self._change(Connected=Variant("b", True))
        if call.member == "Pair":
            self._pairing.begin(call, asks=True)
        else:
            self.host.tree.server.reply(call)
        self._later(self.host.timing.resolve / (10 if self.gatt else 1), self._resolve)

    def _resolve(self) -> None:
        if not self.connected:
            return
        if self.gatt is None:
            module = self.peripheral.module
            link = GattLink(
                connected=lambda: self.connected,
                write=self.peripheral.write,
                mtu=self.peripheral.device.spec.mtu,
                timing=self.host.timing,
                socket_fault=lambda: self.peripheral.socket_fault,
                old=self.host.old,
            )
            self.gatt = export(self.host.tree, self.path, module, self.peripheral.radio.name, link)
            self._change(UUIDs=Variant("as", service_uuids(module)))
        self._change(ServicesResolved=Variant("b", True))

    def _notified(self, chunk: bytes) -> None:
        if self.gatt is not None:
            self.gatt.notify.notify(chunk)

    def _unlinked(self) -> None:
        """Show the end of the link, whichever side ended it."""
        self.connected = False
        self._pairing.fail("AuthenticationCanceled", "Authentication Canceled")
        self._stop_timers()
        for characteristic in self.gatt.characteristics if self.gatt else ():
            characteristic.release()
        self._change(ServicesResolved=Variant("b", False))
        self._change(Connected=Variant("b", False))

    def _disconnect(self, call: Message) -> object:
        if self._connecting is not None:
            self._stop_timers()
            self._fail_connect(ABORTED)
            return None
        if not self.connected:
            return None  # as BlueZ; bleak then waits 10 s for a signal that never comes

        def end() -> None:
            self.unlink()
            self.host.tree.server.reply(call)

        asyncio.get_running_loop().call_later(self.host.timing.disconnect, end)
        return LATER

    def _pair(self, call: Message) -> object:
        """Connect, then pair; since 5.81 BlueZ does not ask an agent for a passkey on an existing link."""
        if self._connecting is not None or self._pairing.call is not None:
            raise in_progress()
        if self._bonded:
            raise error("AlreadyExists", "Already Exists")
        self.host.counters.pairings += 1
        if self.connected:
            self._pairing.begin(call, asks=False)
        else:
            self._connecting, self.temporary = call, False
            self.host.counters.connect_begins()
            self._attempt()
        return LATER

    def _paired(self, success: bool) -> None:
        """Apply the result of a pairing."""
        if success:
            self.peripheral.device.paired = True
            self._bond(True)
        else:
            self.unlink()

    def _cancel_pairing(self, call: Message) -> None:
        if self._pairing.call is None:
            raise error("DoesNotExist", "Does Not Exist")
        self.unlink()

    def _bond(self, bonded: bool) -> None:
        self._bonded = bonded
        self._change(Paired=Variant("b", bonded), Bonded=Variant("b", bonded))
