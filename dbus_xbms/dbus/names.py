"""Which programs own which names on a bus, kept up to date."""

from __future__ import annotations

from collections.abc import Callable

from dbus_fast import ErrorType, Message, MessageType
from dbus_fast.aio import MessageBus

from dbus_xbms.dbus.calls import DAEMON, call_daemon
from dbus_xbms.dbus.errors import CallRefused

OWNER_CHANGES = (
    f"type='signal',sender='{DAEMON}',interface='{DAEMON}',member='NameOwnerChanged'"  # match rule
)

DAEMON_LIMIT = 10.0  # s; the daemon answers within milliseconds, unless a GX is booting

NameChanged = Callable[[str, str, str], None]  # a name, and the unique names of its old and new owner, or ""


async def owner_of(bus: MessageBus, name: str) -> str:
    """Return the unique name of a name's owner, or "" if it has none; raises the errors of ``call``."""
    try:
        owner: str = await call_daemon(bus, "GetNameOwner", name, limit=DAEMON_LIMIT)
    except CallRefused as err:
        if err.error == ErrorType.NAME_HAS_NO_OWNER.value:
            return ""
        raise
    return owner


class NameWatcher:
    """The owners of chosen names, and a call of ``changed`` whenever one of them changes.

    Signals are subscribed to before the daemon is asked, and a signal outranks a reply: no change is missed.
    A change during :meth:`watch` may be both reported and in :attr:`owners` already.
    """

    def __init__(self, bus: MessageBus, changed: NameChanged | None = None, *, attached: bool = True) -> None:
        """Watch names on ``bus``; unless ``attached``, the caller passes every message to :meth:`receive`."""
        self.owners: dict[str, str] = {}  # unique names, by name; names without an owner are missing
        self._bus = bus
        self._changed = changed
        self._names: set[str] = set()
        self._asked: set[str] = set()  # names whose owners have been asked for
        self._namespaces: set[str] = set()
        self._signalled: set[str] = set()  # names whose owners became known by a signal
        if attached:
            bus.add_message_handler(self.receive)

    async def watch(self, name: str) -> str:
        """Watch one name; return the unique name of its owner, or "".

        Raises the errors of :func:`dbus_xbms.dbus.calls.call`; watching again then tries again.
        """
        if name not in self._asked:
            self._names.add(name)
            await self._subscribe(f"{OWNER_CHANGES},arg0='{name}'")
            await self._ask(name)
            self._asked.add(name)
        return self.owners.get(name, "")

    async def watch_namespace(self, namespace: str) -> None:
        """Watch every name that equals ``namespace`` or begins with it and a dot; raises as :meth:`watch`."""
        self._namespaces.add(namespace)
        await self._subscribe(f"{OWNER_CHANGES},arg0namespace='{namespace}'")
        for name in await call_daemon(self._bus, "ListNames", limit=DAEMON_LIMIT):
            if self.is_watched(name):
                await self._ask(name)

    def close(self) -> None:
        """Report no more changes."""
        self._bus.remove_message_handler(self.receive)

    def receive(self, message: Message) -> bool:
        """Take a message of the bus into account; never handles it in dbus-fast's sense."""
        if (
            message.message_type is MessageType.SIGNAL
            and message.sender == DAEMON
            and message.member == "NameOwnerChanged"
            and self.is_watched(message.body[0])
        ):
            name, old, new = message.body
            self._signalled.add(name)
            self._set(name, new)
            if self._changed:
                self._changed(name, old, new)
        return False

    async def _subscribe(self, rule: str) -> None:
        await call_daemon(self._bus, "AddMatch", rule, limit=DAEMON_LIMIT)

    async def _ask(self, name: str) -> None:
        self._signalled.discard(name)
        owner = await owner_of(self._bus, name)
        if name not in self._signalled:  # else a signal has brought a newer one meanwhile
            self._set(name, owner)

    def _set(self, name: str, owner: str) -> None:
        if owner:
            self.owners[name] = owner
        else:
            self.owners.pop(name, None)

    def is_watched(self, name: str) -> bool:
        """Return whether changes of this name are followed."""
        return name in self._names or any(
            name == space or name.startswith(f"{space}.") for space in self._namespaces
        )
