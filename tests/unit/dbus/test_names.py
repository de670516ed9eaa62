"""Owners of names are known from the first reply on, even if they change during the query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from dbus_fast import Message, MessageType

from dbus_xbms.dbus.calls import DAEMON
from dbus_xbms.dbus.errors import CallRefused
from dbus_xbms.dbus.names import NameWatcher

NAME, NAMESPACE = "com.victronenergy.settings", "com.victronenergy"
NO_OWNER = "org.freedesktop.DBus.Error.NameHasNoOwner"


class FakeDaemon:
    """A fake bus and its daemon: has owners, signals changes, and runs an action during a call."""

    def __init__(self, **owners: str) -> None:
        self.owners = {f"{NAMESPACE}.{name}": owner for name, owner in owners.items()}
        self.during: dict[str, Callable[[], None]] = {}  # by member of the call; run once
        self.failing = ""  # a member that is refused
        self.rules: list[str] = []
        self.handlers: list[Callable[[Message], Any]] = []

    def add_message_handler(self, handler: Callable[[Message], Any]) -> None:
        self.handlers.append(handler)

    def remove_message_handler(self, handler: Callable[[Message], Any]) -> None:
        self.handlers.remove(handler)

    def change(self, name: str, owner: str, *, sender: str = DAEMON) -> None:
        old = self.owners.get(name, "")
        if sender == DAEMON:
            self.owners[name] = owner
        signal = Message(
            message_type=MessageType.SIGNAL,
            sender=sender,
            path="/org/freedesktop/DBus",
            interface=DAEMON,
            member="NameOwnerChanged",
            signature="sss",
            body=[name, old, owner],
        )
        if any(NAME in rule or "arg0namespace" in rule for rule in self.rules):
            for handler in self.handlers:
                handler(signal)

    async def call(self, message: Message) -> Message:
        member, body = message.member or "", message.body
        if member == self.failing:
            return self._error("org.freedesktop.DBus.Error.LimitsExceeded", "too many match rules")
        answer = self._answer(member, body)
        if happening := self.during.pop(member, None):
            happening()
        return answer

    def _answer(self, member: str, body: list[Any]) -> Message:
        if member == "AddMatch":
            self.rules.append(body[0])
            return self._reply("", [])
        if member == "ListNames":
            return self._reply(
                "as", [[":1.1", DAEMON, *(name for name, owner in self.owners.items() if owner)]]
            )
        owner = self.owners.get(body[0])
        return self._reply("s", [owner]) if owner else self._error(NO_OWNER, "no owner")

    @staticmethod
    def _reply(signature: str, body: list[Any]) -> Message:
        return Message(message_type=MessageType.METHOD_RETURN, reply_serial=1, signature=signature, body=body)

    @staticmethod
    def _error(name: str, words: str) -> Message:
        return Message(
            message_type=MessageType.ERROR, error_name=name, reply_serial=1, signature="s", body=[words]
        )


def watching(daemon: FakeDaemon) -> tuple[NameWatcher, list[tuple[str, str, str]]]:
    changes: list[tuple[str, str, str]] = []
    watcher = NameWatcher(daemon, lambda *change: changes.append(change))  # type: ignore[arg-type]
    return watcher, changes


async def test_the_owner_of_a_name_is_returned_and_its_changes_are_reported() -> None:
    daemon = FakeDaemon(settings=":1.5")
    watcher, changes = watching(daemon)
    assert await watcher.watch(NAME) == ":1.5"
    daemon.change(NAME, "")
    assert watcher.owners == {}
    daemon.change(NAME, ":1.9")
    assert watcher.owners == {NAME: ":1.9"}
    assert changes == [(NAME, ":1.5", ""), (NAME, "", ":1.9")]


async def test_a_name_without_an_owner_is_waited_for() -> None:
    daemon = FakeDaemon()
    watcher, _ = watching(daemon)
    assert await watcher.watch(NAME) == ""
    daemon.change(NAME, ":1.7")
    assert await watcher.watch(NAME) == ":1.7"


@pytest.mark.parametrize("owner", ["", ":1.9"])
@pytest.mark.parametrize("member", ["AddMatch", "GetNameOwner"])
async def test_a_change_during_the_query_is_not_lost(member: str, owner: str) -> None:
    daemon = FakeDaemon(settings=":1.5")
    watcher, changes = watching(daemon)
    daemon.during[member] = lambda: daemon.change(NAME, owner)
    assert await watcher.watch(NAME) == owner
    assert changes == [(NAME, ":1.5", owner)]


async def test_a_namespace_contains_only_the_names_below_it() -> None:
    daemon = FakeDaemon(settings=":1.5", system=":1.6")
    daemon.owners["com.victronenergyx.other"] = ":1.8"
    watcher, changes = watching(daemon)
    daemon.during["ListNames"] = lambda: daemon.change(f"{NAMESPACE}.system", "")
    await watcher.watch_namespace(NAMESPACE)
    assert watcher.owners == {NAME: ":1.5"}
    daemon.change("com.victronenergyx.more", ":1.9")
    daemon.change(f"{NAMESPACE}.battery.a", ":1.10")
    assert watcher.owners == {NAME: ":1.5", f"{NAMESPACE}.battery.a": ":1.10"}
    assert changes[1:] == [(f"{NAMESPACE}.battery.a", "", ":1.10")]


async def test_only_the_daemon_reports_owners() -> None:
    daemon = FakeDaemon(settings=":1.5")
    watcher, changes = watching(daemon)
    await watcher.watch(NAME)
    daemon.change(NAME, ":1.66", sender=":1.66")
    assert (watcher.owners, changes) == ({NAME: ":1.5"}, [])


async def test_a_refused_watch_can_be_tried_again() -> None:
    daemon = FakeDaemon(settings=":1.5")
    watcher, _ = watching(daemon)
    daemon.failing = "AddMatch"
    with pytest.raises(CallRefused, match="too many match rules"):
        await watcher.watch(NAME)
    daemon.failing = ""
    assert await watcher.watch(NAME) == ":1.5"


async def test_nothing_is_reported_after_closing() -> None:
    daemon = FakeDaemon(settings=":1.5")
    watcher, changes = watching(daemon)
    await watcher.watch(NAME)
    watcher.close()
    daemon.change(NAME, "")
    assert changes == []
