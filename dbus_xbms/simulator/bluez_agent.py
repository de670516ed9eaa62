"""Pairing in simulated BlueZ: the agents that supply passkeys, and the Pair call of one device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbus_fast import Message

from dbus_xbms.dbus import CallFailed, Method, Node, Server
from dbus_xbms.dbus import call as call_method
from dbus_xbms.simulator.bluez_names import AGENT, AGENT_MANAGER, error
from dbus_xbms.simulator.device import Device

CAPABILITIES = ("DisplayOnly", "DisplayYesNo", "KeyboardOnly", "NoInputNoOutput", "KeyboardDisplay", "")
WITH_KEYBOARD = ("KeyboardOnly", "KeyboardDisplay", "")  # "": the default, KeyboardDisplay
AGENT_LIMIT = 60.0  # s for the passkey


class Agents:
    """The registered agents; a pairing asks its caller's agent, or the default one."""

    def __init__(self, server: Server) -> None:
        self.registered = 0  # ever
        self._server = server
        self._agents: dict[str, tuple[str, str]] = {}  # by owner: path, capability
        self._defaults: list[str] = []  # owners, the latest first

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

    def client_gone(self, client: str) -> None:
        """Drop the agent of a client that has left the bus."""
        self._agents.pop(client, None)
        self._defaults = [owner for owner in self._defaults if owner != client]

    def clear(self) -> None:
        """Drop all agents: the daemon has ended."""
        self._agents, self._defaults = {}, []

    def ask(self, caller: str, device: str, answered: Callable[[str | None], None]) -> None:
        """Ask for the passkey of a device; call ``answered`` with six digits or ``None``."""
        owner = caller if caller in self._agents else next(iter(self._defaults), "")
        path, capability = self._agents.get(owner, ("", "NoInputNoOutput"))
        if capability not in WITH_KEYBOARD:
            answered(None)
        else:
            self._server.start(self._ask(owner, path, device, answered))

    async def _ask(self, owner: str, path: str, device: str, answered: Callable[[str | None], None]) -> None:
        assert self._server.bus
        try:
            (passkey,) = await call_method(
                *(self._server.bus, owner, path, AGENT, "RequestPasskey", "o", [device]),
                returns="u",
                limit=AGENT_LIMIT,
            )
        except CallFailed:
            answered(None)
        else:
            answered(f"{passkey:06d}")

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
        self.client_gone(call.sender or "")

    def _make_default(self, call: Message) -> None:
        self._owned(call)
        self._defaults = [call.sender or "", *(owner for owner in self._defaults if owner != call.sender)]

    def _owned(self, call: Message) -> Any:
        agent = self._agents.get(call.sender or "")
        if agent is None or agent[0] != call.body[0]:
            raise error("DoesNotExist", "Does Not Exist")
        return agent


class Pairing:
    """The pairing of one connected device; ``ended`` is called with whether it succeeded."""

    def __init__(
        self, server: Server, agents: Agents, path: str, device: Device, ended: Callable[[bool], None]
    ) -> None:
        self.call: Message | None = None  # the Pair call under way
        self._server = server
        self._agents = agents
        self._path = path
        self._device = device
        self._ended = ended

    def begin(self, call: Message, *, asks: bool) -> None:
        """Pair; if ``asks``, the agent of the caller is asked for the passkey of a device that has one."""
        self.call = call
        if self._device.spec.passkey is None or not asks:
            self._finish(call, None)
        else:
            self._agents.ask(call.sender or "", self._path, lambda passkey: self._finish(call, passkey))

    def fail(self, name: str, text: str) -> None:
        """Answer the call under way with one of BlueZ's errors."""
        call, self.call = self.call, None
        if call is not None:
            self._server.fail(call, error(name, text))

    def _finish(self, call: Message, passkey: str | None) -> None:
        if self.call is not call:
            return
        success = passkey == self._device.spec.passkey
        if success:
            self.call = None
            self._server.reply(call)
        else:
            self.fail("AuthenticationFailed", "Authentication Failed")
        self._ended(success)
