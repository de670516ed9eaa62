"""The client of localsettings, where Venus keeps all settings and assigns device instances.

localsettings may be absent at boot and restart at any time: calls wait for it, and settings are added again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

from dbus_fast import Message, MessageType, Variant, unpack_variants

from dbus_xbms.dbus import (
    BusLost,
    CallRefused,
    NameWatcher,
    NoAnswer,
    TrustedBus,
    UnexpectedReply,
    call,
    call_daemon,
    connected,
)
from dbus_xbms.logs import CountedLog
from dbus_xbms.settings import DEVICE_PREFIX, DEVICES, SERVICE, AnySetting, SettingsError, Value
from dbus_xbms.venus.bus_item import BUS_ITEM
from dbus_xbms.venus.localsettings_wire import (
    INSTANCE,
    definition,
    is_absence,
    refusal,
    usable,
    variant,
    why_refused,
)

log = CountedLog(logging.getLogger(__name__))

NAME = "com.victronenergy.settings"
SETTINGS = "com.victronenergy.Settings"
OWN = (f"{DEVICES}/{DEVICE_PREFIX}", f"{SERVICE}/")  # only settings below these paths are reported

REPLY_TIMEOUT = 5.0  # s; it answers within milliseconds unless it is starting
FIRST_RETRY, LAST_RETRY = 0.1, 2.0  # s between attempts, doubling
REMIND_EVERY = 30.0  # s

MATCH_RULES = tuple(
    f"type='signal',sender='{NAME}',interface='{BUS_ITEM}',member='PropertiesChanged',path_namespace='{group}'"
    for group in (DEVICES, SERVICE)
)


class LocalSettings:
    """This program's settings in localsettings, on one connection that :meth:`run` holds.

    ``on_change`` gets every value that differs from the one last added, set or reported: after a write by
    another program, after a restart, or because localsettings adjusted it. A removed setting is reported
    with its default. A stored value that cannot be used is overwritten by the one in use; so is one of the
    program's own memory after a restart, because only the program changes that.
    """

    def __init__(self, on_change: Callable[[str, Value], None], *, patience: float = inf) -> None:
        self._on_change = on_change
        self._patience = patience  # s that a call waits for localsettings
        self._bus: TrustedBus | None = None
        self._connected = asyncio.Event()
        self._wake = asyncio.Event()  # there is something to repair, or the connection has ended
        self._appeared = False  # localsettings has a new owner since settings were last added
        self._restoring = False  # they are being added again
        self._unfit: dict[str, None] = {}  # settings whose stored values are to be overwritten
        self._rows: dict[str, AnySetting] = {}
        self._known: dict[str, Value] = {}
        self._signalled: dict[str, Value] = {}  # the latest signalled value of each setting
        self._unassigned: set[str] = set()  # settings of instances whose stored values cannot be used
        self._absent_at: float | None = None  # s, loop time of the last reminder

    async def run(self) -> None:
        """Hold the connection, and restore the settings whenever localsettings reappears.

        Raises:
            BusError: there is no bus, or it is lost.
        """
        async with connected() as (bus, closed):
            closed.add_done_callback(lambda _: self._wake.set())
            try:
                self._bus = bus
                await bus.follow(NAME)
                await NameWatcher(bus, self._owner_changed).watch(NAME)
                bus.add_message_handler(self._receive)
                for rule in MATCH_RULES:
                    await call_daemon(bus, "AddMatch", rule)
                self._connected.set()
                while not closed.done():
                    await self._wake.wait()
                    self._wake.clear()
                    if bus.connected:
                        await self._repair()
                raise BusLost
            finally:
                self._bus = None
                self._connected.set()  # waiting calls then raise BusLost

    async def add(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        """Add settings that do not exist yet, and return the stored values; waits for localsettings.

        A stored value outside today's range counts as the default.

        Raises:
            SettingsError: localsettings refuses one of the settings.
        """
        values, refused = await self._add(rows)
        for why in refused.values():
            raise SettingsError(why)
        return values

    async def add_usable(self, rows: Mapping[str, AnySetting]) -> dict[str, Value]:
        """As :meth:`add`, but log a setting that localsettings refuses, and return its default."""
        values, refused = await self._add(rows)
        for path, why in refused.items():
            log.logger.warning("%s; using the default %r", why, rows[path].default)  # each, not counted
        return values | {path: rows[path].default for path in refused}

    async def _add(self, rows: Mapping[str, AnySetting]) -> tuple[dict[str, Value], dict[str, str]]:
        for path, row in rows.items():
            self._known.setdefault(path, row.default)  # the signal of a new setting is no change
        values, refused = await self._added(rows)
        self._rows.update({path: rows[path] for path in values})
        self._known.update(values)
        for path in refused:
            self._known.pop(path, None)
        # Assign an unusable instance again: two devices with the default one would be confused.
        for path in self._unassigned & values.keys():
            self._unassigned.discard(path)
            values[path] = await self.set(path, rows[path].default)
        return values, refused

    async def set(self, path: str, value: Value) -> Value:
        """Store a value and return what localsettings stored: it may assign another instance.

        The program's own memory is not read back: there is much to store when the program ends.

        Raises:
            SettingsError: the value is refused, or there is no such setting.
        """
        row = self._rows.get(path)
        value = row.checked(value) if row else value
        before = self._known.get(path)
        self._known[path] = value
        try:
            if await self._call(path, BUS_ITEM, "SetValue", "v", variant(value), returns="i") != 0:
                raise SettingsError(f"localsettings refuses {value!r} for {path}")
            stored = value if row and row.internal else await self._stored(path, row)
        except BaseException:
            if self._known.get(path) != value:  # another program has changed it meanwhile
                pass
            elif before is None:
                self._known.pop(path, None)
            else:
                self._known[path] = before
            raise
        # A change that was signalled meanwhile is at least as new as the answer.
        if self._known.get(path, value) == value:
            self._known[path] = stored
        return self._known[path]

    async def _stored(self, path: str, row: AnySetting | None) -> Value:
        """Read one setting."""
        stored: Value = unpack_variants(await self._call(path, BUS_ITEM, "GetValue", returns="v"))
        return row.checked(stored) if row else stored

    async def stored(self, groups: Iterable[str]) -> dict[str, object]:
        """Return this program's stored settings below some groups, by path, whichever process added them."""
        found: dict[str, object] = {}
        for group in groups:
            try:
                values = unpack_variants(await self._call(group, BUS_ITEM, "GetValue", returns="v"))
            except SettingsError as err:  # a group exists only while it contains a setting
                log.debug("%s: %s", group, err)
                continue
            if isinstance(values, dict):
                below = {f"{group}/{name}": value for name, value in values.items()}
                found |= {path: value for path, value in below.items() if path.startswith(OWN)}
        return found

    async def default(self, path: str) -> Value | None:
        """Return the default with which a setting was last added; ``None`` if there is no such setting."""
        try:
            value = unpack_variants(await self._call(path, BUS_ITEM, "GetDefault", returns="v"))
        except SettingsError as err:
            log.debug("%s: %s", path, err)
            return None
        return value if isinstance(value, int | float | str) else None

    async def remove(self, paths: Iterable[str]) -> None:
        """Remove settings; missing ones are ignored."""
        gone = list(paths)
        for path in gone:
            self._rows.pop(path, None)
            self._known.pop(path, None)
        await self._call("/", SETTINGS, "RemoveSettings", "as", gone, returns="ai")

    async def _added(self, rows: Mapping[str, AnySetting]) -> tuple[dict[str, Value], dict[str, str]]:
        """Add settings; return the values of those that localsettings took, and its reasons for others."""
        definitions = [definition(path, row) for path, row in rows.items()]
        for path in rows:
            self._signalled.pop(path, None)
        answers = await self._call("/", SETTINGS, "AddSettings", "aa{sv}", definitions, returns="aa{sv}")
        if len(answers) != len(rows):
            raise SettingsError(f"localsettings returned {len(answers)} results for {len(rows)} settings")
        values: dict[str, Value] = {}
        refused: dict[str, str] = {}
        for (path, row), answer in zip(rows.items(), answers, strict=True):
            if error := unpack_variants(answer.get("error")):
                refused[path] = f"localsettings refuses {path}: {why_refused(error)}"
                continue
            # A change that was signalled meanwhile is at least as new as the answer.
            stored = self._signalled.get(path, unpack_variants(answer.get("value")))
            values[path] = usable(path, row, stored)
            if row.name == INSTANCE and values[path] != stored:
                self._unassigned.add(path)
        return values, refused

    async def _repair(self) -> None:
        """Make localsettings show the values in use."""
        if self._appeared and self._rows:
            self._appeared = False
            await self._restore()
        while self._unfit:
            path, _ = self._unfit.popitem()
            if path in self._rows:  # else removed in the meantime
                try:
                    await self.set(path, self._known[path])
                except SettingsError as err:
                    log.warning("%s: the unusable value remains stored: %s", path, err)

    async def _restore(self) -> None:
        """Add settings again that a restarted localsettings may have lost, and report values that differ.

        It stores changes with a delay. What it has lost of the program's own memory is written again.
        """
        self._restoring = True
        try:
            values, refused = await self._added(dict(self._rows))
        except SettingsError as err:
            log.error("settings not restored: %s; the values in use remain", err)
            return
        finally:
            self._restoring = False
        for why in refused.values():
            log.error("setting not restored: %s; the value in use remains", why)
        for path, value in values.items():
            row = self._rows.get(path)  # None: removed in the meantime
            if row and row.internal and self._known[path] != value:
                self._unfit[path] = None
            elif row:
                self._learn(path, value)

    def _learn(self, path: str, value: Value) -> None:
        if self._known.get(path) != value:
            self._known[path] = value
            self._on_change(path, value)

    async def _call(
        self, path: str, interface: str, member: str, signature: str = "", *body: Any, returns: str
    ) -> Any:
        """Call localsettings, again and again until it answers; return the first value of its reply.

        Raises:
            NoAnswer: no answer within the patience given at construction.
            SettingsError: it refuses, or the reply is malformed.
        """
        await self._connected.wait()
        delay, begun = FIRST_RETRY, asyncio.get_running_loop().time()
        while True:
            if self._bus is None or not self._bus.connected:
                raise BusLost
            try:
                value = (
                    await call(
                        *(self._bus, NAME, path, interface, member, signature, body),
                        returns=returns,
                        limit=REPLY_TIMEOUT,
                    )
                )[0]
            except NoAnswer as err:
                log.debug("%s", err)
            except (CallRefused, UnexpectedReply) as err:
                if not is_absence(err, path):
                    self._log_presence()
                    raise refusal(err, member if path == "/" else path) from err
            else:
                self._log_presence()
                return value
            if asyncio.get_running_loop().time() - begun >= self._patience:
                raise NoAnswer(NAME, limit=self._patience, wrote=member == "SetValue")
            self._log_absence()
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RETRY)

    def _log_absence(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._absent_at is None:
            log.warning("waiting for localsettings (%s)", NAME)
        elif now - self._absent_at >= REMIND_EVERY:
            log.debug("still waiting for localsettings (%s)", NAME)
        else:
            return
        self._absent_at = now

    def _log_presence(self) -> None:
        if self._absent_at is not None:
            log.info("localsettings answers")
            self._absent_at = None

    # Signals

    def _owner_changed(self, name: str, old: str, new: str) -> None:
        if new:
            self._appeared = True
            self._wake.set()

    def _receive(self, message: Message) -> bool:
        """Take over signalled values; called for every message received."""
        path = message.path or ""
        if (
            message.message_type is MessageType.SIGNAL
            and (message.member, message.signature) == ("PropertiesChanged", "a{sv}")
            and path.startswith(OWN)
        ):
            self._changed(path, message.body[0])
        return False

    def _changed(self, path: str, properties: Mapping[str, Variant]) -> None:
        value = unpack_variants(properties.get("Value"))
        if value == []:  # removed
            row = self._rows.pop(path, None)
            if row:
                self._learn(path, row.default)
            self._known.pop(path, None)
            self._signalled.pop(path, None)
        elif isinstance(value, int | float | str):
            self._signalled[path] = value
            row = self._rows.get(path)
            if self._restoring and row and row.internal:
                return  # the default of a setting that is being added again
            try:
                self._learn(path, row.checked(value) if row else value)
            except SettingsError as err:
                log.warning("%s: %s; %.60r remains in use", path, err, self._known[path])
                self._unfit[path] = None
                self._wake.set()
