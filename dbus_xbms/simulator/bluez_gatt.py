"""GATT of a simulated device on D-Bus: services, characteristics, and their notify sessions."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbus_fast import Message, Variant

from dbus_xbms.dbus import LATER, Method, Node
from dbus_xbms.simulator.air import SocketFault
from dbus_xbms.simulator.bluez_names import (
    CHARACTERISTIC,
    GATT_SERVICE,
    Timing,
    acquired,
    error,
    in_progress,
    uuid,
)
from dbus_xbms.simulator.modules import Module
from dbus_xbms.simulator.objects import ObjectTree

log = logging.getLogger(__name__)

DEVICE_INFORMATION, MANUFACTURER_NAME, MODEL_NUMBER = 0x180A, 0x2A29, 0x2A24
INFORMATION_HANDLE, FIRST_HANDLE = 0x000A, 0x0010
SERVICE_GAP, CHARACTERISTIC_GAP = 0x10, 3  # between handles


@dataclass(frozen=True, slots=True, kw_only=True)
class GattLink:
    """The parts of a device that its characteristics use."""

    connected: Callable[[], bool]
    write: Callable[[bytes], None]
    mtu: int
    timing: Timing
    socket_fault: Callable[[], SocketFault]
    old: bool  # BlueZ before 5.84


class Characteristic:
    """One characteristic, with its notify sessions.

    As in BlueZ, a session belongs to a client on the bus and survives the loss of the link: it ends when the
    client stops it or leaves the bus. Each session sends every notification, so two sessions double it.
    """

    def __init__(self, tree: ObjectTree, path: str, flags: tuple[str, ...], link: GattLink) -> None:
        self.path = path
        self.sessions: list[str] = []
        self._tree = tree
        self._flags = flags
        self._link = link
        self._acquired: socket.socket | None = None
        self._acquiring = False  # a subscription for a socket is under way; in old BlueZ for ever if it fails
        self._random = random.Random(1)

    def node(self, service: str, short: int, value: bytes) -> Node:
        """Return the object, to be added at :attr:`path`."""
        properties = {
            "UUID": Variant("s", uuid(short)),
            "Service": Variant("o", service),
            "Value": Variant("ay", value),
            "Flags": Variant("as", list(self._flags)),
            "MTU": Variant("q", self._link.mtu),
        }
        if self.notifies:
            properties["Notifying"] = Variant("b", bool(self.sessions))
            properties["NotifyAcquired"] = Variant("b", False)
        if "write-without-response" in self._flags:
            properties["WriteAcquired"] = Variant("b", False)
        return Node(
            properties={CHARACTERISTIC: properties},
            methods={
                (CHARACTERISTIC, "ReadValue"): Method(takes="a{sv}", gives="ay", run=self._read),
                (CHARACTERISTIC, "WriteValue"): Method(takes="aya{sv}", run=self._write),
                (CHARACTERISTIC, "StartNotify"): Method(run=self._start_notify),
                (CHARACTERISTIC, "StopNotify"): Method(run=self._stop_notify),
                (CHARACTERISTIC, "AcquireNotify"): Method(takes="a{sv}", gives="hq", run=self._acquire),
            },
        )

    def notify(self, value: bytes) -> None:
        """Send a notification to the socket and to every session."""
        if self._acquired is not None and self._random.random() >= self._link.socket_fault().loss:
            try:
                self._acquired.send(value)
            except OSError as err:  # the socket is full: BlueZ drops what does not fit
                log.debug("notification lost: %s", err)
        for _ in self.sessions:
            self._tree.change(self.path, CHARACTERISTIC, {"Value": Variant("ay", value)})

    @property
    def notifies(self) -> bool:
        """Whether a central can subscribe to it."""
        return "notify" in self._flags

    @property
    def subscribers(self) -> int:
        """Number of copies of each notification that are sent."""
        return len(self.sessions) + (self._acquired is not None)

    @property
    def acquired(self) -> bool:
        """Whether notifications go to a socket."""
        return self._acquired is not None

    def client_gone(self, client: str) -> None:
        """End the session of a client that has left the bus."""
        if client in self.sessions:
            self._end_session(client)

    def release(self) -> None:
        """Close the socket of AcquireNotify."""
        if self._acquired is not None:
            asyncio.get_running_loop().remove_reader(self._acquired)
            self._acquired.close()
            self._acquired = None
            self._tree.change(self.path, CHARACTERISTIC, {"NotifyAcquired": Variant("b", False)})

    def _check(self, flag: str) -> None:
        if flag not in self._flags:
            raise error("NotSupported", "Operation is not supported")
        if not self._link.connected():
            raise error("Failed", "Not connected")

    def _later(self, call: Message, signature: str = "", body: list[Any] | None = None) -> object:
        loop, server = asyncio.get_running_loop(), self._tree.server
        loop.call_later(self._link.timing.write, server.reply, call, signature, body)
        return LATER

    def _read(self, call: Message) -> object:
        self._check("read")
        value = self._tree.nodes[self.path].properties[CHARACTERISTIC]["Value"]
        self._tree.change(self.path, CHARACTERISTIC, {"Value": value})  # BlueZ signals a value read, too
        return self._later(call, "ay", [value.value])

    def _write(self, call: Message) -> object:
        value, options = call.body
        default = "write-without-response" if "write" not in self._flags else "write"
        kinds = {"command": "write-without-response", "request": "write"}
        flag = kinds.get(options["type"].value, "reliable-write") if "type" in options else default
        self._check(flag)
        self._link.write(bytes(value))
        return self._later(call) if flag == "write" else None

    def _start_notify(self, call: Message) -> object:
        self._check("notify")
        sender = call.sender or ""
        if self._acquired is not None or self._acquiring:
            raise acquired()
        if sender in self.sessions:
            return None
        self.sessions.append(sender)
        if len(self.sessions) == 1:
            self._tree.change(self.path, CHARACTERISTIC, {"Notifying": Variant("b", True)})
        return self._later(call)

    def _stop_notify(self, call: Message) -> None:
        sender = call.sender or ""
        if sender not in self.sessions:
            raise error("Failed", "No notify session started")
        self._end_session(sender)

    def _end_session(self, sender: str) -> None:
        self.sessions.remove(sender)
        if not self.sessions:
            self._tree.change(self.path, CHARACTERISTIC, {"Notifying": Variant("b", False)})

    def _acquire(self, call: Message) -> object:
        self._check("notify")
        if self._acquired is not None or self._acquiring:
            raise acquired()
        if self.sessions:
            raise in_progress()
        self._acquiring = True
        asyncio.get_running_loop().call_later(self._link.timing.write, self._subscribed, call)
        return LATER

    def _subscribed(self, call: Message) -> None:
        """Reply with a socket if the pack has accepted the subscription."""
        if not self._link.connected() or self._link.socket_fault().refused:
            if not self._link.old:
                self._acquiring = False
                self._tree.server.fail(call, error("Failed", "Operation failed with ATT error: 0x0e"))
            return
        self._acquiring = False
        kind = socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        self._acquired = ours
        asyncio.get_running_loop().add_reader(ours, self._hung_up)
        self._tree.change(self.path, CHARACTERISTIC, {"NotifyAcquired": Variant("b", True)})
        self._tree.server.reply_with_descriptor(call, theirs.fileno(), self._link.mtu, theirs.close)

    def _hung_up(self) -> None:
        if self._acquired is not None:
            try:
                gone = not self._acquired.recv(512)
            except OSError:
                gone = True
            if gone:
                self.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatt:
    """The characteristics of a device on the bus; see :func:`export`."""

    notify: Characteristic
    characteristics: tuple[Characteristic, ...]


def service_uuids(module: Module) -> list[str]:
    """Return the UUIDs of services that GATT discovery finds on a pack."""
    return [uuid(DEVICE_INFORMATION), *(uuid(service.uuid) for service in module.services)]


def export(tree: ObjectTree, device: str, module: Module, model: str, link: GattLink) -> Gatt:
    """Add a device's GATT table to the bus."""
    information = _export_service(tree, device, INFORMATION_HANDLE, DEVICE_INFORMATION)
    rows: list[tuple[str, int, int, tuple[str, ...], bytes]] = [
        (information, INFORMATION_HANDLE + 1, MANUFACTURER_NAME, ("read",), b"simulated"),
        (information, INFORMATION_HANDLE + 3, MODEL_NUMBER, ("read",), model.encode()),
    ]
    for place, service in enumerate(module.services):
        handle = FIRST_HANDLE + place * SERVICE_GAP
        parent = _export_service(tree, device, handle, service.uuid)
        rows += [
            (parent, handle + 1 + number * CHARACTERISTIC_GAP, one.uuid, one.flags, b"\x00")
            for number, one in enumerate(service.characteristics)
        ]
    made = []
    for parent, handle, short, flags, value in rows:
        characteristic = Characteristic(tree, f"{parent}/char{handle:04x}", flags, link)
        tree.add(characteristic.path, characteristic.node(parent, short, value))
        made.append(characteristic)
    notify = next(one for one in made if one.notifies)
    return Gatt(notify=notify, characteristics=tuple(made))


def _export_service(tree: ObjectTree, device: str, handle: int, short: int) -> str:
    path = f"{device}/service{handle:04x}"
    properties = {
        "UUID": Variant("s", uuid(short)),
        "Device": Variant("o", device),
        "Primary": Variant("b", True),
        "Includes": Variant("ao", []),
    }
    tree.add(path, Node(properties={GATT_SERVICE: properties}))
    return path
