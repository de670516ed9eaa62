"""Pairing with a pack by its passkey, over BlueZ.

The agent that gives BlueZ the passkey exists for one pairing, on a bus connection of its own: BlueZ asks the
agent of the caller of ``Pair``, so this one is never asked about another program's pairing or another device.
"""

from __future__ import annotations

import logging

from dbus_fast import Message, MessageType, Variant

from dbus_xbms.ble.bluez.bus import ADAPTER, BLUEZ, DEVICE, PROPERTIES, call_bluez, system_bus
from dbus_xbms.ble.errors import HANGS, STACK_ERRORS, failure
from dbus_xbms.dbus import CallRefused
from dbus_xbms.protocols import NotPaired

log = logging.getLogger(__name__)

AGENT, AGENT_MANAGER = "org.bluez.Agent1", "org.bluez.AgentManager1"
AGENT_PATH = "/dbus_xbms/agent"
CAPABILITY = "KeyboardOnly"  # this program can enter a passkey, and show nothing
REJECTED = "org.bluez.Error.Rejected"
REFUSALS = ("org.bluez.Error.AuthenticationFailed", "org.bluez.Error.AuthenticationRejected")
PAIR_LIMIT = 60.0  # s; callers have limits of their own, and BlueZ gives up when the caller leaves the bus


async def pair(path: str, passkey: str) -> bool:
    """Pair permanently with the device at an object path; return False if it refuses the passkey.

    The device must not be connected: an established connection has the abilities of the system's own agent,
    and without one it is paired without a passkey.

    Raises:
        NotPaired: the device refuses to pair at all.
        LinkError: pairing did not take place.
    """
    try:
        async with system_bus() as (bus, _):
            agent = Agent(path, passkey)
            bus.add_message_handler(agent.answer)
            registration = [AGENT_PATH, CAPABILITY]
            await call_bluez(bus, "/org/bluez", AGENT_MANAGER, "RegisterAgent", "os", registration)
            agent.bluez = await bus.follow(BLUEZ)
            # BlueZ 5.66 would try to pair a paired device over Bluetooth Classic, and fail.
            (paired,) = await call_bluez(bus, path, PROPERTIES, "Get", "ss", [DEVICE, "Paired"])
            try:
                if not paired.value:
                    await call_bluez(bus, path, DEVICE, "Pair", limit=PAIR_LIMIT)
            except CallRefused as err:
                if err.error not in REFUSALS:
                    raise
                if not agent.asked:
                    raise NotPaired("the pack refuses to be paired, before it asks for the passkey") from err
                return False
            await call_bluez(bus, path, PROPERTIES, "Set", "ssv", [DEVICE, "Trusted", Variant("b", True)])
    except STACK_ERRORS as err:
        raise failure(err, "pairing failed: ", late=HANGS) from err
    return True


async def forget(path: str) -> None:
    """Make BlueZ forget the device at an object path and its pairing.

    Raises:
        LinkError: BlueZ still knows it.
    """
    adapter, _, _ = path.rpartition("/")
    try:
        async with system_bus() as (bus, _):
            await call_bluez(bus, adapter, ADAPTER, "RemoveDevice", "o", [path])
    except STACK_ERRORS as err:
        raise failure(err, "the old pairing stays: ", late=HANGS) from err


class Agent:
    """Agent that gives BlueZ the passkey of one device and rejects every other request."""

    def __init__(self, path: str, passkey: str) -> None:
        self.bluez = ""  # unique bus name of bluetoothd
        self.asked = False  # whether the passkey was requested
        self._path = path
        self._passkey = passkey

    def answer(self, request: Message) -> Message | None:
        """Answer a call of the agent's methods; ``None`` for any other message."""
        if request.message_type is not MessageType.METHOD_CALL or request.interface != AGENT:
            return None
        if request.sender == self.bluez and request.path == AGENT_PATH:
            if request.member in ("Release", "Cancel"):
                return Message.new_method_return(request)
            typed = {"RequestPasskey": ("u", int(self._passkey)), "RequestPinCode": ("s", self._passkey)}
            if request.body[:1] == [self._path] and request.member in typed:
                self.asked = True
                signature, passkey = typed[request.member]
                return Message.new_method_return(request, signature, [passkey])
        log.debug("pairing: %s by %s rejected", request.member, request.sender)
        return Message.new_error(request, REJECTED, "not by this program")
