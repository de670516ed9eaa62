"""Pairing with a pack by its passkey, over BlueZ.

The agent that tells BlueZ the passkey lives for one pairing only, on a bus connection of its own: BlueZ asks
the agent of whoever called ``Pair``, so nobody else's pairing ever comes here, nor any other device's.
"""

from __future__ import annotations

import logging

from bleak.backends.bluezdbus.defs import ADAPTER_INTERFACE as ADAPTER
from bleak.backends.bluezdbus.defs import DEVICE_INTERFACE as DEVICE
from bleak.backends.bluezdbus.defs import PROPERTIES_INTERFACE as PROPERTIES
from bleak.exc import BleakDBusError
from dbus_fast import Message, MessageType, Variant

from dbus_xbms.ble.stack import STACK_ERRORS, trouble_in_words
from dbus_xbms.ble.system_bus import call, system_bus
from dbus_xbms.protocols.base import LinkError

log = logging.getLogger(__name__)

AGENT, AGENT_MANAGER = "org.bluez.Agent1", "org.bluez.AgentManager1"
AGENT_PATH = "/io/github/dbus_xbms/agent"
CAPABILITY = "KeyboardOnly"  # we can type a passkey, and nothing else
REJECTED = "org.bluez.Error.Rejected"
ALREADY_PAIRED = "org.bluez.Error.AlreadyExists"
REFUSALS = ("org.bluez.Error.AuthenticationFailed", "org.bluez.Error.AuthenticationRejected")
PAIR_LIMIT = 60.0  # s; who waits has a limit of its own, and BlueZ gives up when we leave the bus


async def pair(path: str, passkey: str) -> bool:
    """Pair with the device at an object path, for good; False if it refuses the passkey.

    It must not be connected: a connection that stands has the abilities of the system's own agent, and
    without one it is paired without any passkey.

    Raises:
        LinkError: it did not come to that.
    """
    try:
        async with system_bus() as (bus, _):
            agent = Agent(path, passkey)
            bus.add_message_handler(agent.answer)
            reply = await call(
                bus, "/org/bluez", AGENT_MANAGER, "RegisterAgent", "os", [AGENT_PATH, CAPABILITY]
            )
            agent.bluez = reply.sender or ""
            try:
                await call(bus, path, DEVICE, "Pair", limit=PAIR_LIMIT)
            except BleakDBusError as err:
                if err.dbus_error in REFUSALS:
                    return False
                if err.dbus_error != ALREADY_PAIRED:
                    raise
            await call(bus, path, PROPERTIES, "Set", "ssv", [DEVICE, "Trusted", Variant("b", True)])
    except STACK_ERRORS as err:
        raise LinkError(f"pairing failed: {trouble_in_words(err)}") from err
    return True


async def forget(path: str) -> None:
    """Make BlueZ forget the device at an object path and its pairing.

    Raises:
        LinkError: it does not.
    """
    adapter, _, _ = path.rpartition("/")
    try:
        async with system_bus() as (bus, _):
            await call(bus, adapter, ADAPTER, "RemoveDevice", "o", [path])
    except STACK_ERRORS as err:
        raise LinkError(f"the old pairing stays: {trouble_in_words(err)}") from err


class Agent:
    """Tells BlueZ the passkey of one device, and rejects all else."""

    def __init__(self, path: str, passkey: str) -> None:
        self.bluez = ""  # unique bus name of bluetoothd
        self._path = path
        self._passkey = passkey

    def answer(self, request: Message) -> Message | None:
        """Answer what concerns the agent."""
        if request.message_type is not MessageType.METHOD_CALL or request.interface != AGENT:
            return None
        if request.sender == self.bluez and request.path == AGENT_PATH:
            if request.member in ("Release", "Cancel"):
                return Message.new_method_return(request)
            if request.body[:1] == [self._path] and request.member == "RequestPasskey":
                return Message.new_method_return(request, "u", [int(self._passkey)])
            if request.body[:1] == [self._path] and request.member == "RequestPinCode":
                return Message.new_method_return(request, "s", [self._passkey])
        log.debug("pairing: %s by %s rejected", request.member, request.sender)
        return Message.new_error(request, REJECTED, "not by this program")
