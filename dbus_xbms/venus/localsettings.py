"""The client of localsettings, where Venus keeps all settings and deals out device instances.

It may be absent at boot and restart at any time: calls wait for it, and what was added is added again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

from dbus_fast import DBusError, Message, MessageFlag, MessageType, Variant

from dbus_xbms.dbus.connection import BusError, BusLost, close, connect, follow, until_closed
from dbus_xbms.dbus.peers import NoAnswer
from dbus_xbms.dbus.trusted import DAEMON, DAEMON_PATH, OWNER_CHANGES, TrustedBus
from dbus_xbms.logs import CountedLog
from dbus_xbms.settings import DEVICES, SERVICE, AnySetting, SettingsError, Value
from dbus_xbms.venus.localsettings_wire import (
    carried,
    definition,
    is_absence,
    plain,
    usable,
    variant,
    why_refused,
)
from dbus_xbms.venus.objects import BUS_ITEM

log = CountedLog(logging.getLogger(__name__))

NAME = "com.victronenergy.settings"
SETTINGS = "com.victronenergy.Settings"
OURS = (f"{DEVICES}/xbms_", f"{SERVICE}/")  # settings of others never reach our caller

REPLY_TIMEOUT = 5.0  # s; it answers within milliseconds unless it is starting
FIRST_RETRY, LAST_RETRY = 0.1, 2.0  # s between attempts, doubling
REMIND_EVERY = 30.0  # s

MATCH_RULES = (
    f"{OWNER_CHANGES},arg0='{NAME}'",
    *(
        f"type='signal',sender='{NAME}',interface='{BUS_ITEM}',member='PropertiesChanged',path_namespace='{group}'"
        for group in (DEVICES, SERVICE)
    ),
)

INSTANCE = "ClassAndVrmInstance"  # the name of such a setting


class LocalSettings:
    """Our settings in localsettings, on one connection; :meth:`run` holds it, the calls wait for it.

    ``on_change`` is told of every value that becomes another than was last added, set or told: by somebody
    else's write, by a restart, or because localsettings made something else of ours. A setting that somebody
    removes is told with its default. A value that cannot be used is put right: localsettings shows what is in
    use.
    """

    def __init__(self, on_change: Callable[[str, Value], None], *, patience: float = inf) -> None:
        self._on_change = on_change
        self._patience = patience  # s that a call waits for localsettings
        self._bus: TrustedBus | None = None
        self._connected = asyncio.Event()
        self._wake = asyncio.Event()  # there is something to put right, or the connection has ended
        self._appeared = False  # localsettings is new on the bus
        self._unfit: dict[str, None] = {}  # settings whose stored values cannot be used
        self._rows: dict[str, AnySetting] = {}
        self._known: dict[str, Value] = {}
        self._signalled: dict[str, Value] = {}  # the newest value that was signalled of each
        self._undealt: set[str] = set()  # instances that are stored and cannot be used
        self._absent_at: float | None = None  # s, loop time of the last reminder

    async def run(self) -> None:
        """Hold the connection, and restore our settings whenever localsettings appears anew.

        Raises:
            BusError: no bus, or it is lost.
        """
        bus = await connect()
        closed = until_closed(bus)
        closed.add_done_callback(lambda _: self._wake.set())
        try:
            bus.add_message_handler(self._handle)
            self._bus = bus
            await follow(bus, NAME)
            for rule in MATCH_RULES:
                reply = await self._ask(DAEMON, DAEMON_PATH, DAEMON, "AddMatch", "s", [rule])
                if reply is None or reply.message_type is MessageType.ERROR:
                    raise BusError(f"the bus refuses to report changes of settings: {reply and reply.body}")
            self._connected.set()
            while not closed.done():
                await self._wake.wait()
                self._wake.clear()
                if bus.connected:
                    await self._put_right()
            raise BusLost
        finally:
            self._bus = None
            self._connected.set()  # who waits learns that it is lost
            await close(bus, closed)

    async def add(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        """Make sure that settings exist, and return what is stored; waits until localsettings is there.

        A stored value outside today's range counts as the default.

        Raises:
            SettingsError: localsettings refuses one of them.
        """
        values, refused = await self._add(rows)
        for why in refused.values():
            raise SettingsError(why)
        return values

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        """As :meth:`add`, but a setting that localsettings refuses has its default, and a line in the log."""
        values, refused = await self._add(rows)
        for path, why in refused.items():
            log.logger.warning("%s; using the default %r", why, rows[path].default)  # each, not counted
        return values | {path: rows[path].default for path in refused}

    async def _add(self, rows: Mapping[str, AnySetting]) -> tuple[dict[str, Value], dict[str, str]]:
        for path, row in rows.items():
            self._known.setdefault(path, row.default)  # what it announces of a new one is no news
        values, refused = await self._added(rows)
        self._rows.update({path: rows[path] for path in values})
        self._known.update(values)
        for path in refused:
            self._known.pop(path, None)
        # Assign an unusable instance again: two devices with the default one would be confused.
        for path in self._undealt & values.keys():
            self._undealt.discard(path)
            values[path] = await self.set(path, rows[path].default)
        return values, refused

    async def set(self, path: str, value: Value) -> Value:
        """Store a value and return what localsettings made of it: an instance may become another.

        Raises:
            SettingsError: the value is refused, or there is no such setting.
        """
        row = self._rows.get(path)
        value = row.checked(value) if row else value
        before = self._known.get(path)
        self._known[path] = value
        try:
            reply = await self._call(path, BUS_ITEM, "SetValue", "v", [variant(value)])
            if carried(reply, path, "i") != 0:
                raise SettingsError(f"localsettings refuses {value!r} for {path}")
            stored: Value = plain(carried(await self._call(path, BUS_ITEM, "GetValue"), path, "v"))
            stored = row.checked(stored) if row else stored
        except BaseException:
            if before is None:
                self._known.pop(path, None)
            else:
                self._known[path] = before
            raise
        self._known[path] = stored
        return stored

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        """All settings of ours below some groups, whoever added them, by path."""
        found: dict[str, object] = {}
        for group in groups:
            reply = await self._call(group, BUS_ITEM, "GetValue")
            values = plain(reply.body[0]) if reply.signature == "v" else None
            if not isinstance(values, dict):
                continue  # a group exists only while something is in it
            below = {f"{group}/{name}": plain(value) for name, value in values.items()}
            found |= {path: value for path, value in below.items() if path.startswith(OURS)}
        return found

    async def default(self, path: str) -> Value | None:
        """The default that a setting had when it was last added; ``None`` if there is none."""
        reply = await self._call(path, BUS_ITEM, "GetDefault")
        value = plain(reply.body[0]) if reply.signature == "v" else None
        return value if isinstance(value, int | float | str) else None

    async def remove(self, paths: Iterable[str]) -> None:
        """Remove settings; those that do not exist are not missed."""
        gone = list(paths)
        for path in gone:
            self._rows.pop(path, None)
            self._known.pop(path, None)
        carried(await self._call("/", SETTINGS, "RemoveSettings", "as", [gone]), "RemoveSettings", "ai")

    async def _added(self, rows: Mapping[str, AnySetting]) -> tuple[dict[str, Value], dict[str, str]]:
        """Values by path, and why localsettings refuses the others."""
        definitions = [definition(path, row) for path, row in rows.items()]
        for path in rows:
            self._signalled.pop(path, None)
        reply = await self._call("/", SETTINGS, "AddSettings", "aa{sv}", [definitions])
        answers = carried(reply, "AddSettings", "aa{sv}")
        if len(answers) != len(rows):
            raise SettingsError(f"localsettings answers {len(answers)} times to {len(rows)} settings")
        values: dict[str, Value] = {}
        refused: dict[str, str] = {}
        for (path, row), answer in zip(rows.items(), answers, strict=True):
            if error := plain(answer.get("error")):
                refused[path] = f"localsettings refuses {path}: {why_refused(error)}"
                continue
            # A change that was signalled meanwhile is at least as new as the answer.
            stored = self._signalled.get(path, plain(answer.get("value")))
            values[path] = usable(path, row, stored)
            if row.name == INSTANCE and values[path] != stored:
                self._undealt.add(path)
        return values, refused

    async def _put_right(self) -> None:
        """Make localsettings show what is in use."""
        if self._appeared and self._rows:
            self._appeared = False
            await self._restore()
        while self._unfit:
            path, _ = self._unfit.popitem()
            if path in self._rows:  # else removed in the meantime
                try:
                    await self.set(path, self._known[path])
                except SettingsError as err:
                    log.warning("%s is not put right: %s", path, err)

    async def _restore(self) -> None:
        """Add again what a restarted localsettings may have lost, and tell what has become another."""
        try:
            values, refused = await self._added(dict(self._rows))
        except SettingsError as err:
            log.error("settings not restored: %s; the values in use stand", err)
            return
        for why in refused.values():
            log.error("setting not restored: %s; the value in use stands", why)
        for path, value in values.items():
            if path in self._rows:  # else removed in the meantime
                self._learn(path, value)

    def _learn(self, path: str, value: Value) -> None:
        if self._known.get(path) != value:
            self._known[path] = value
            self._on_change(path, value)

    # The wire

    async def _call(
        self, path: str, interface: str, member: str, signature: str = "", body: Iterable[Any] = ()
    ) -> Message:
        """Call localsettings, again and again until it answers; the answer may be an error.

        Raises:
            NoAnswer: it has not, for as long as we have patience.
        """
        await self._connected.wait()
        delay, begun = FIRST_RETRY, asyncio.get_running_loop().time()
        while True:
            reply = await self._ask(NAME, path, interface, member, signature, [*body])
            if reply and not is_absence(reply, path):
                self._note_presence()
                return reply
            if asyncio.get_running_loop().time() - begun >= self._patience:
                raise NoAnswer(NAME, limit=self._patience, wrote=member == "SetValue")
            self._note_absence()
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RETRY)

    async def _ask(
        self, name: str, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> Message | None:
        """Call once; ``None``: no answer in time."""
        bus = self._bus
        if bus is None or not bus.connected:
            raise BusLost
        call = Message(
            destination=name,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body,
            flags=MessageFlag.NO_AUTOSTART,
        )
        try:
            async with asyncio.timeout(REPLY_TIMEOUT):
                return await bus.call(call)
        except TimeoutError:
            return None
        except (OSError, EOFError, DBusError) as err:
            raise BusLost from err

    def _note_absence(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._absent_at is None:
            log.warning("waiting for localsettings (%s)", NAME)
        elif now - self._absent_at >= REMIND_EVERY:
            log.debug("still waiting for localsettings (%s)", NAME)
        else:
            return
        self._absent_at = now

    def _note_presence(self) -> None:
        if self._absent_at is not None:
            log.info("localsettings answers")
            self._absent_at = None

    def _handle(self, message: Message) -> bool:
        """Record signalled values; called for every message received."""
        if message.message_type is not MessageType.SIGNAL:
            return False
        kind, path = (message.member, message.signature), message.path or ""
        if kind == ("NameOwnerChanged", "sss") and message.body[0] == NAME and message.body[2]:
            self._appeared = True
            self._wake.set()
        elif kind == ("PropertiesChanged", "a{sv}") and path.startswith(OURS):
            self._changed(path, message.body[0])
        return False

    def _changed(self, path: str, properties: Mapping[str, Variant]) -> None:
        value = plain(properties.get("Value"))
        if value == []:  # removed
            row = self._rows.pop(path, None)
            if row:
                self._learn(path, row.default)
            self._known.pop(path, None)
            self._signalled.pop(path, None)
        elif isinstance(value, int | float | str):
            self._signalled[path] = value
            row = self._rows.get(path)
            try:
                self._learn(path, row.checked(value) if row else value)
            except SettingsError as err:
                log.warning("%s: %s; %.60r stands", path, err, self._known[path])
                self._unfit[path] = None
                self._wake.set()
