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

from dbus_xbms.ble.bluez.system_bus import call, system_bus
from dbus_xbms.ble.errors import HANGS, STACK_ERRORS, failure
from dbus_xbms.protocols import NotPaired

log = logging.getLogger(__name__)

AGENT, AGENT_MANAGER = "org.bluez.Agent1", "org.bluez.AgentManager1"
AGENT_PATH = "/dbus_xbms/agent"
CAPABILITY = "KeyboardOnly"  # we can type a passkey, and nothing else
REJECTED = "org.bluez.Error.Rejected"
REFUSALS = ("org.bluez.Error.AuthenticationFailed", "org.bluez.Error.AuthenticationRejected")
PAIR_LIMIT = 60.0  # s; who waits has a limit of its own, and BlueZ gives up when we leave the bus


async def pair(path: str, passkey: str) -> bool:
    """Pair with the device at an object path, for good, if it is not yet; False if it refuses the passkey.

    It must not be connected: a connection that stands has the abilities of the system's own agent, and
    without one it is paired without any passkey.

    Raises:
        NotPaired: it refuses to be paired at all.
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
            # One that is paired already BlueZ 5.66 would try to pair over Bluetooth Classic, and fail.
            paired = await call(bus, path, PROPERTIES, "Get", "ss", [DEVICE, "Paired"])
            try:
                if not paired.body[0].value:
                    await call(bus, path, DEVICE, "Pair", limit=PAIR_LIMIT)
            except BleakDBusError as err:
                if err.dbus_error not in REFUSALS:
                    raise
                if not agent.asked:
                    raise NotPaired("the pack refuses to be paired, before it asks for the passkey") from err
                return False
            await call(bus, path, PROPERTIES, "Set", "ssv", [DEVICE, "Trusted", Variant("b", True)])
    except STACK_ERRORS as err:
        raise failure(err, "pairing failed: ", late=HANGS) from err
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
        raise failure(err, "the old pairing stays: ", late=HANGS) from err


class Agent:
    """Tells BlueZ the passkey of one device, and rejects all else."""

    def __init__(self, path: str, passkey: str) -> None:
        self.bluez = ""  # unique bus name of bluetoothd
        self.asked = False
        self._path = path
        self._passkey = passkey

    def answer(self, request: Message) -> Message | None:
        """Answer what concerns the agent."""
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
