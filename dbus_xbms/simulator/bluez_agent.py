"""Pairing in simulated BlueZ: the agents that type passkeys, and one device's call of Pair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbus_fast import Message, MessageType

from dbus_xbms.dbus.server import Method, Node, Service
from dbus_xbms.simulator.bluez_names import AGENT, AGENT_MANAGER, error
from dbus_xbms.simulator.device import Device

CAPABILITIES = ("DisplayOnly", "DisplayYesNo", "KeyboardOnly", "NoInputNoOutput", "KeyboardDisplay", "")
TYPES = ("KeyboardOnly", "KeyboardDisplay", "")  # "": the default, KeyboardDisplay


class Agents:
    """The registered agents; a pairing asks that of its caller, and else the default one."""

    def __init__(self, service: Service) -> None:
        self.registered = 0  # ever
        self._service = service
        self._agents: dict[str, tuple[str, str]] = {}  # by owner: path, capability
        self._defaults: list[str] = []  # owners, the newest first

    def node(self) -> Node:
        """Return the object that clients register with."""
        return Node(
            properties={AGENT_MANAGER: {}},
            methods={
                (AGENT_MANAGER, "RegisterAgent"): Method(takes="os", run=self._register),
                (AGENT_MANAGER, "UnregisterAgent"): Method(takes="o", run=self._unregister),
                (AGENT_MANAGER, "RequestDefaultAgent"): Method(takes="o", run=self._make_default),
            },
        )

    def sender_gone(self, sender: str) -> None:
        """A client has left the bus, and its agent with it."""
        self._agents.pop(sender, None)
        self._defaults = [owner for owner in self._defaults if owner != sender]

    def clear(self) -> None:
        """The daemon has ended."""
        self._agents, self._defaults = {}, []

    def ask(self, caller: str, device: str, answered: Callable[[str | None], None]) -> None:
        """Ask for the passkey of a device; ``answered`` gets six digits, or None: nobody types one."""
        owner = caller if caller in self._agents else next(iter(self._defaults), "")
        path, capability = self._agents.get(owner, ("", "NoInputNoOutput"))
        if capability not in TYPES:
            answered(None)
            return

        def took(reply: Message) -> None:
            typed = reply.message_type is MessageType.METHOD_RETURN and reply.signature == "u"
            answered(f"{reply.body[0]:06d}" if typed else None)

        request = Message(
            destination=owner,
            path=path,
            interface=AGENT,
            member="RequestPasskey",
            signature="o",
            body=[device],
        )
        self._service.ask(request, took)

    def _register(self, call: Message) -> None:
        path, capability = call.body
        if capability not in CAPABILITIES:
            raise error("InvalidArguments", "Invalid arguments in method call")
        if call.sender in self._agents:
            raise error("AlreadyExists", "Already Exists")
        self.registered += 1
        self._agents[call.sender or ""] = (path, capability)

    def _unregister(self, call: Message) -> None:
        self._owned(call)
        self.sender_gone(call.sender or "")

    def _make_default(self, call: Message) -> None:
        self._owned(call)
        self._defaults = [call.sender or "", *(owner for owner in self._defaults if owner != call.sender)]

    def _owned(self, call: Message) -> Any:
        agent = self._agents.get(call.sender or "")
        if agent is None or agent[0] != call.body[0]:
            raise error("DoesNotExist", "Does Not Exist")
        return agent


class Pairing:
    """Pairs one device that is connected; ``ended`` is told whether it went well."""

    def __init__(
        self, service: Service, agents: Agents, path: str, device: Device, ended: Callable[[bool], None]
    ) -> None:
        self.call: Message | None = None  # the one under way
        self._service = service
        self._agents = agents
        self._path = path
        self._device = device
        self._ended = ended

    def begin(self, call: Message, *, asks: bool) -> None:
        """Pair; a device with a passkey wants it from the agent of the caller, if that is asked at all."""
        self.call = call
        if self._device.spec.passkey is None or not asks:
            self._typed(call, None)
        else:
            self._agents.ask(call.sender or "", self._path, lambda passkey: self._typed(call, passkey))

    def fail(self, name: str, text: str) -> None:
        """End the call under way with an error of BlueZ's."""
        call, self.call = self.call, None
        if call is not None:
            self._service.fail(call, error(name, text))

    def _typed(self, call: Message, passkey: str | None) -> None:
        if self.call is not call:
            return
        good = passkey == self._device.spec.passkey
        if good:
            self.call = None
            self._service.reply(call)
        else:
            self.fail("AuthenticationFailed", "Authentication Failed")
        self._ended(good)
