"""A settings store on the bus: what Victron's localsettings is on Venus OS."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dbus_fast import BusType, Message, Variant

from dbus_xbms.localsettings import file as files
from dbus_xbms.localsettings.rows import entries_of, text_of
from dbus_xbms.localsettings.store import AddError, Entry, Store, Value
from dbus_xbms.served import Method, Node, Service

log = logging.getLogger(__name__)

NAME = "com.victronenergy.settings"
BUS_ITEM = "com.victronenergy.BusItem"
SETTINGS = "com.victronenergy.Settings"
INT32 = range(-(2**31), 2**31)
MOST_FAULTS = 5  # of a damaged file in the log
KIND_OF_SIGNATURE = {"i": "i", "x": "i", "d": "f", "s": "s"}  # others are refused, u, y, q and b too


def _variant(kind: str, value: Value | None) -> Variant:
    if value is None:
        return Variant("i", 0)
    if isinstance(value, int):
        return Variant("i" if value in INT32 else "x", value)
    return Variant("d" if kind == "f" else "s", value)


def _item(entry: Entry) -> dict[str, Variant]:
    item = {"Value": _variant(entry.kind, entry.value), "Text": Variant("s", str(entry.value))}
    if entry.highest is not None:
        item["Max"] = _variant(entry.kind, entry.highest)
    if entry.lowest is not None:
        item["Min"] = _variant(entry.kind, entry.lowest)
    return {**item, "Default": _variant(entry.kind, entry.default)}


class SavingFailedError(Exception):
    """Changes of settings are no longer saved."""


class LocalSettings:
    """Serves a :class:`Store`; kept in ``file`` across runs if one is given."""

    def __init__(self, bus_type: BusType, file: Path | None = None) -> None:
        self.store = Store()
        self._file = file
        self._saver: files.Saver | None = None
        self._saving: asyncio.Task[None] | None = None
        self.service = Service(NAME, bus_type, self._find, self._paths)
        group = {
            (BUS_ITEM, "GetValue"): Method(gives="v", run=self._group_values),
            (BUS_ITEM, "GetText"): Method(gives="v", run=self._group_texts),
            (BUS_ITEM, "SetDefault"): Method(gives="i", run=self._group_defaults),
            (SETTINGS, "AddSettings"): Method(takes="aa{sv}", gives="aa{sv}", run=self._add_settings),
            (SETTINGS, "AddSetting"): Method(takes="ssvsvv", gives="i", run=self._add_setting),
            (SETTINGS, "AddSilentSetting"): Method(takes="ssvsvv", gives="i", run=self._add_silent_setting),
            (SETTINGS, "RemoveSettings"): Method(takes="as", gives="ai", run=self._remove_settings),
        }
        self._group = Node(methods=group)
        self._root = Node(
            methods={**group, (BUS_ITEM, "GetItems"): Method(gives="a{sa{sv}}", run=self._get_items)}
        )
        self._leaf = Node(
            methods={
                (BUS_ITEM, "GetValue"): Method(gives="v", run=self._attribute("value")),
                (BUS_ITEM, "SetValue"): Method(takes="v", gives="i", run=self._set_value),
                (BUS_ITEM, "GetText"): Method(gives="s", run=lambda m: [str(self._entry(m).value)]),
                (BUS_ITEM, "GetMin"): Method(gives="v", run=self._attribute("lowest")),
                (BUS_ITEM, "GetMax"): Method(gives="v", run=self._attribute("highest")),
                (BUS_ITEM, "GetDefault"): Method(gives="v", run=self._attribute("default")),
                (BUS_ITEM, "SetDefault"): Method(gives="i", run=self._set_default),
                (SETTINGS, "GetSilent"): Method(gives="b", run=lambda m: [self._entry(m).silent]),
                (SETTINGS, "GetAttributes"): Method(gives="vvvi", run=self._get_attributes),
            }
        )

    async def open(self) -> None:
        """Take the name, then load the file, if any: only the owner of the name touches the file.

        Raises:
            NameTakenError: the name has an owner already.
            OSError: the file cannot be read, or there is no bus.
        """
        await self.service.open(self._load)

    def _load(self) -> None:
        if self._file is None:
            return
        faults: list[str] = []
        if self._file.exists():
            self.store.entries, faults = entries_of(self._file.read_bytes())
        self._saver = files.Saver(self._file, lambda: text_of(self.store.entries))
        if faults:
            self._put_aside(self._file, faults)
        self._saving = asyncio.create_task(self._saver.run())

    async def until_unsaved(self) -> None:
        """Wait until nothing saves the settings: after :meth:`close`, or when saving has failed for good.

        Raises:
            SavingFailedError: the latter.
        """
        if saving := self._saving:
            await asyncio.wait([saving])
            if err := saving.exception():
                reason = str(err) or type(err).__name__
                raise SavingFailedError(f"the settings can no longer be saved: {reason}")

    def _put_aside(self, file: Path, faults: list[str]) -> None:
        aside = files.put_aside(file)
        for fault in faults[:MOST_FAULTS]:
            log.warning("%s: %s", file, fault)
        log.warning(
            "%s was damaged and is now %s; %d settings in it are kept", file, aside, len(self.store.entries)
        )
        self._changed()

    async def close(self) -> None:
        """Save and leave the bus; what is stored stays in memory for the next open."""
        if self._saver is not None and self._saving is not None:
            self._saver.close()
            await asyncio.wait([self._saving])
            if err := self._saving.exception():
                log.error("the last changes are not in %s: saving failed", self._file, exc_info=err)
            self._saver = self._saving = None
        await self.service.close()

    def _changed(self) -> None:
        if self._saver is not None:
            self._saver.changed()

    def _find(self, path: str) -> Node | None:
        if path == "/":
            return self._root
        if path in self.store.entries:
            return self._leaf
        return self._group if self.store.is_group(path) else None

    def _paths(self) -> Iterable[str]:
        return ["/Settings/Devices", *self.store.entries]

    def _entry(self, message: Message) -> Entry:
        return self.store.entries[message.path or "/"]

    def _attribute(self, name: str) -> Callable[[Message], object]:
        def run(message: Message) -> list[Any]:
            entry = self._entry(message)
            return [_variant(entry.kind, getattr(entry, name))]

        return run

    def _get_attributes(self, message: Message) -> list[Any]:
        entry = self._entry(message)
        values = (entry.default, entry.lowest, entry.highest)
        return [*(_variant(entry.kind, value) for value in values), int(entry.silent)]

    def _set_value(self, message: Message) -> list[Any]:
        path = message.path or "/"
        return [self._answer(path, self.store.put(path, message.body[0].value))]

    def _set_default(self, message: Message) -> list[Any]:
        path = message.path or "/"
        return [self._answer(path, self.store.put_default(path))]

    def _answer(self, path: str, changed: bool | None) -> int:
        if changed:
            entry = self.store.entries[path]
            if not entry.silent:
                log.info("setting %s changed", path)  # a value may be a password
            self._announce(path, {name: _item(entry)[name] for name in ("Value", "Text")})
        return -1 if changed is None else 0

    def _announce(self, path: str, properties: dict[str, Variant]) -> None:
        self.service.signal(path, BUS_ITEM, "PropertiesChanged", "a{sv}", [properties])
        self._changed()

    def _group_values(self, message: Message) -> list[Any]:
        below = self.store.below(message.path or "/")
        return [Variant("a{sv}", {path: _variant(entry.kind, entry.value) for path, entry in below.items()})]

    def _group_texts(self, message: Message) -> list[Any]:
        below = self.store.below(message.path or "/")
        return [Variant("a{ss}", {path: str(entry.value) for path, entry in below.items()})]

    def _group_defaults(self, message: Message) -> list[Any]:
        base = (message.path or "/").rstrip("/")
        for name in self.store.below(base):
            path = f"{base}/{name}"
            self._answer(path, self.store.put_default(path))
        return [0]

    def _get_items(self, message: Message) -> list[Any]:
        return [{path: _item(entry) for path, entry in self.store.entries.items()}]

    def _add(
        self, path: str, kind: str, default: object, low: object, high: object, silent: bool
    ) -> tuple[AddError, Entry | None]:
        added = self.store.add(path, kind, default, low, high, silent=silent)
        if added.changed and added.entry:
            limits = {"Min": added.entry.lowest, "Max": added.entry.highest} if kind != "s" else {}
            self._announce(path, {**_item(added.entry), **{n: _variant(kind, v) for n, v in limits.items()}})
        return added.error, added.entry

    def _add_settings(self, message: Message) -> list[Any]:
        return [[self._add_one(message.path or "/", row) for row in message.body[0]]]

    def _add_one(self, base: str, row: dict[str, Variant]) -> dict[str, Variant]:
        path, default = row.get("path"), row.get("default")
        if path is None or path.signature != "s":
            shown = {"path": path} if path is not None and path.value else {}
            return {**shown, "error": Variant("i", AddError.INVALID_PATH)}
        kind = KIND_OF_SIGNATURE.get(default.signature, "") if default is not None else ""
        error, entry = self._add(
            f"{base.rstrip('/')}/{path.value.lstrip('/')}",
            kind,
            default.value if default is not None else None,
            _value(row.get("min")),
            _value(row.get("max")),
            bool(_value(row.get("silent"))),
        )
        result = {"path": path, "error": Variant("i", error)}
        return result if entry is None else {**result, "value": _variant(entry.kind, entry.value)}

    def _add_setting(self, message: Message, silent: bool = False) -> list[Any]:
        group, name, default, kind, low, high = message.body
        parts = ((message.path or "/").rstrip("/"), group.strip("/"), name.lstrip("/"))
        path = "/".join(part for i, part in enumerate(parts) if part or i == 0)
        return [self._add(path, kind, default.value, low.value, high.value, silent)[0]]

    def _add_silent_setting(self, message: Message) -> list[Any]:
        return self._add_setting(message, silent=True)

    def _remove_settings(self, message: Message) -> list[Any]:
        base, answers = (message.path or "/").rstrip("/"), []
        for name in message.body[0]:
            path = f"{base}/{name.lstrip('/')}"
            removed = self.store.remove(path)
            answers.append(0 if removed else -1)
            if removed:
                self._announce(path, {"Value": Variant("ai", []), "Text": Variant("s", "")})
        return [answers]


def _value(variant: Variant | None) -> object:
    return None if variant is None else variant.value
