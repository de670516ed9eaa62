"""A settings store on the bus: what Victron's localsettings is on Venus OS."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from copy import copy
from pathlib import Path
from typing import Any

from dbus_fast import BusType, DBusError, Message, Variant

from dbus_xbms.dbus.server import Method, Node, Service
from dbus_xbms.settings_store import file as files
from dbus_xbms.settings_store.rows import entries_of, text_of
from dbus_xbms.settings_store.saver import Saver, words_of
from dbus_xbms.settings_store.store import AddError, Entry, Store, Value

log = logging.getLogger(__name__)

NAME = "com.victronenergy.settings"
BUS_ITEM = "com.victronenergy.BusItem"
SETTINGS = "com.victronenergy.Settings"
CONDITION = "dbus_xbms.SettingsFile1"  # an interface of ours: how the file is
NOT_SAVED = f"{CONDITION}.Error.NotSaved"
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


class LocalSettings:
    """Serves a :class:`Store`; kept in ``file`` across runs if one is given."""

    def __init__(self, bus_type: BusType, file: Path | None = None) -> None:
        self.store = Store()
        self._file = file
        self._saver: Saver | None = None
        self._lock = ExitStack()
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
            methods={
                **group,
                (BUS_ITEM, "GetItems"): Method(gives="a{sa{sv}}", run=self._get_items),
                (CONDITION, "GetCondition"): Method(gives="ass", run=self._condition),
            }
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
            FileInUseError: another store keeps its settings in the file.
            OtherFormError: the file is of another version.
            OSError: the file cannot be read, or there is no bus.
        """
        try:
            await self.service.open(self._load)
        except BaseException:
            self._lock.close()
            raise

    def _load(self) -> None:
        if self._file is None:
            return
        writable = self._lock.enter_context(files.locked(self._file))
        faults: list[str] = []
        if self._file.exists():
            self.store.entries, faults = entries_of(self._file.read_bytes())
        for fault in faults[:MOST_FAULTS]:
            log.warning("%s: %s", self._file, fault)
        for aside in files.set_aside(self._file):
            log.warning("%s: settings were lost when this was written; `dbus-xbms doctor` says more", aside)
        self._saver = Saver(self._file, lambda: text_of(self.store.entries), damaged=bool(faults))
        if faults:
            log.warning("%s is damaged; %d settings in it are kept", self._file, len(self.store.entries))
        if faults or not writable:
            self._saver.soon()
            self._saver.flush()

    async def until_broken(self) -> None:
        """Wait until settings cannot be saved because of an error in this program; :meth:`close` says it."""
        if self._saver is not None:
            await self._saver.broken.wait()

    async def close(self) -> None:
        """Save and leave the bus; what is stored stays in memory for the next open.

        Raises:
            SavingFailedError: not everything is saved.
        """
        saver, self._saver = self._saver, None
        try:
            if saver is not None:
                saver.close()
        finally:
            await self.service.close()
            self._lock.close()

    def _condition(self, message: Message) -> list[Any]:
        damaged = files.set_aside(self._file) if self._file is not None else []
        return [[str(file) for file in damaged], self._saver.trouble if self._saver is not None else ""]

    def _keep(self, before: Mapping[str, Entry]) -> None:
        """Save changes before they are announced; if that fails, they are taken back.

        What changes by itself (silent settings) is saved a little later, together.

        Raises:
            DBusError: the change was taken back.
        """
        if self._saver is None or not before:
            return
        if all(entry.silent for entry in before.values()):
            self._saver.soon()
            return
        try:
            self._saver.now()
        except Exception as err:
            self.store.entries |= before
            if isinstance(err, OSError):
                raise DBusError(NOT_SAVED, f"it cannot be saved: {words_of(err)}") from err
            raise

    def _save_added(self) -> None:
        if self._saver is not None:
            self._saver.flush()

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
        return self._set([message.path or "/"], lambda path: self.store.put(path, message.body[0].value))

    def _set_default(self, message: Message) -> list[Any]:
        return self._set([message.path or "/"], self.store.put_default)

    def _set(self, paths: Iterable[str], put: Callable[[str], bool | None]) -> list[int]:
        before = {path: copy(self.store.entries[path]) for path in paths}
        done = {path: put(path) for path in before}
        self._keep({path: entry for path, entry in before.items() if done[path]})
        for path in (path for path, changed in done.items() if changed):
            entry = self.store.entries[path]
            if not entry.silent:
                log.info("setting %s changed", path)  # a value may be a password
            self._announce(path, {name: _item(entry)[name] for name in ("Value", "Text")})
        return [-1 if None in done.values() else 0]

    def _announce(self, path: str, properties: dict[str, Variant]) -> None:
        self.service.signal(path, BUS_ITEM, "PropertiesChanged", "a{sv}", [properties])

    def _group_values(self, message: Message) -> list[Any]:
        below = self.store.below(message.path or "/")
        return [Variant("a{sv}", {path: _variant(entry.kind, entry.value) for path, entry in below.items()})]

    def _group_texts(self, message: Message) -> list[Any]:
        below = self.store.below(message.path or "/")
        return [Variant("a{ss}", {path: str(entry.value) for path, entry in below.items()})]

    def _group_defaults(self, message: Message) -> list[Any]:
        base = (message.path or "/").rstrip("/")
        self._set([f"{base}/{name}" for name in self.store.below(base)], self.store.put_default)
        return [0]  # though instances have no default

    def _get_items(self, message: Message) -> list[Any]:
        return [{path: _item(entry) for path, entry in self.store.entries.items()}]

    def _add(
        self, path: str, kind: str, default: object, low: object, high: object, silent: bool
    ) -> tuple[AddError, Entry | None]:
        added = self.store.add(path, kind, default, low, high, silent=silent)
        if added.changed and added.entry:
            limits = {"Min": added.entry.lowest, "Max": added.entry.highest} if kind != "s" else {}
            self._announce(path, {**_item(added.entry), **{n: _variant(kind, v) for n, v in limits.items()}})
            if self._saver is not None:
                self._saver.soon()
        return added.error, added.entry

    def _add_settings(self, message: Message) -> list[Any]:
        answers = [self._add_one(message.path or "/", row) for row in message.body[0]]
        self._save_added()
        return [answers]

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
        error, _ = self._add(path, kind, default.value, low.value, high.value, silent)
        self._save_added()
        return [error]

    def _add_silent_setting(self, message: Message) -> list[Any]:
        return self._add_setting(message, silent=True)

    def _remove_settings(self, message: Message) -> list[Any]:
        base = (message.path or "/").rstrip("/")
        paths = [f"{base}/{name.lstrip('/')}" for name in message.body[0]]
        before = {path: entry for path in paths if (entry := self.store.entries.get(path))}
        answers = [0 if self.store.remove(path) else -1 for path in paths]
        self._keep(before)
        for path in before:
            self._announce(path, {"Value": Variant("ai", []), "Text": Variant("s", "")})
        return [answers]


def _value(variant: Variant | None) -> object:
    return None if variant is None else variant.value
