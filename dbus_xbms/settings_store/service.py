"""A settings store on the bus that replaces Victron's localsettings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from copy import copy
from pathlib import Path
from typing import Any

from dbus_fast import BusType, DBusError, Message, Variant

from dbus_xbms.dbus import Method, Node, Server, children_of
from dbus_xbms.settings_store import file as files
from dbus_xbms.settings_store.rows import entries_of, text_of
from dbus_xbms.settings_store.saver import Saver, reason_of
from dbus_xbms.settings_store.store import AddError, Entry, Store, Value

log = logging.getLogger(__name__)

NAME = "com.victronenergy.settings"
BUS_ITEM = "com.victronenergy.BusItem"
SETTINGS = "com.victronenergy.Settings"
CONDITION = "dbus_xbms.SettingsFile1"  # this program's own interface: the condition of the file
NOT_SAVED = f"{CONDITION}.Error.NotSaved"
INT32 = range(-(2**31), 2**31)
MOST_FAULTS = 5  # of a damaged file that are logged
KIND_OF_SIGNATURE = {"i": "i", "x": "i", "d": "f", "s": "s"}  # others are refused, including u, y, q and b


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
    """Serves a :class:`Store`, and saves it in ``file`` if one is given."""

    def __init__(self, bus_type: BusType, file: Path | None = None) -> None:
        self.store = Store()
        self._file = file
        self._saver: Saver | None = None
        self._lock = ExitStack()
        self.server = Server(NAME, self._find, self._children, bus=bus_type)
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
                (BUS_ITEM, "GetText"): Method(gives="s", run=lambda call: [str(self._entry(call).value)]),
                (BUS_ITEM, "GetMin"): Method(gives="v", run=self._attribute("lowest")),
                (BUS_ITEM, "GetMax"): Method(gives="v", run=self._attribute("highest")),
                (BUS_ITEM, "GetDefault"): Method(gives="v", run=self._attribute("default")),
                (BUS_ITEM, "SetDefault"): Method(gives="i", run=self._set_default),
                (SETTINGS, "GetSilent"): Method(gives="b", run=lambda call: [self._entry(call).silent]),
                (SETTINGS, "GetAttributes"): Method(gives="vvvi", run=self._get_attributes),
            }
        )

    async def open(self) -> None:
        """Take the name, then load the file, if any: only the owner of the name uses the file.

        Raises:
            NameTaken: the name has an owner already.
            BusError: there is no bus, or it does not allow this user to own the name.
            FileInUseError: another store uses the file.
            OtherFormError: the file has the format of another version.
            OSError: the file cannot be read.
        """
        try:
            await self.server.open(self._load)
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
            log.warning("%s: settings were lost when this copy was made; `dbus-xbms doctor` says more", aside)
        self._saver = Saver(self._file, lambda: text_of(self.store.entries), damaged=bool(faults))
        if faults:
            log.warning("%s is damaged; %d of its settings can be used", self._file, len(self.store.entries))
        if faults or not writable:
            self._saver.soon()
            self._saver.flush()

    async def until_broken(self) -> None:
        """Wait until an error in this program prevents saving; :meth:`close` then raises an error."""
        if self._saver is not None:
            await self._saver.broken.wait()

    async def close(self) -> None:
        """Save and leave the bus; the settings stay in memory for the next open.

        Raises:
            SavingFailedError: not all settings are saved.
        """
        saver, self._saver = self._saver, None
        try:
            if saver is not None:
                saver.close()
        finally:
            await self.server.close()
            self._lock.close()

    def _condition(self, call: Message) -> list[Any]:
        damaged = files.set_aside(self._file) if self._file is not None else []
        return [[str(file) for file in damaged], self._saver.trouble if self._saver is not None else ""]

    def _save(self, before: Mapping[str, Entry]) -> None:
        """Save changes before they are announced; revert them if that fails.

        Silent settings, which change without the owner, are saved together a little later.

        Raises:
            DBusError: the change was reverted.
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
                raise DBusError(NOT_SAVED, f"it cannot be saved: {reason_of(err)}") from err
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

    def _children(self, path: str) -> Iterable[str]:
        return children_of(["/Settings/Devices", *self.store.entries], path)

    def _entry(self, call: Message) -> Entry:
        return self.store.entries[call.path or "/"]

    def _attribute(self, name: str) -> Callable[[Message], object]:
        def run(call: Message) -> list[Any]:
            entry = self._entry(call)
            return [_variant(entry.kind, getattr(entry, name))]

        return run

    def _get_attributes(self, call: Message) -> list[Any]:
        entry = self._entry(call)
        values = (entry.default, entry.lowest, entry.highest)
        return [*(_variant(entry.kind, value) for value in values), int(entry.silent)]

    def _set_value(self, call: Message) -> list[Any]:
        return self._set([call.path or "/"], lambda path: self.store.put(path, call.body[0].value))

    def _set_default(self, call: Message) -> list[Any]:
        return self._set([call.path or "/"], self.store.put_default)

    def _set(self, paths: Iterable[str], put: Callable[[str], bool | None]) -> list[int]:
        before = {path: copy(self.store.entries[path]) for path in paths}
        done = {path: put(path) for path in before}
        self._save({path: entry for path, entry in before.items() if done[path]})
        for path in (path for path, changed in done.items() if changed):
            entry = self.store.entries[path]
            if not entry.silent:
                log.info("setting %s changed", path)  # a value may be a password
            self._announce(path, {name: _item(entry)[name] for name in ("Value", "Text")})
        return [-1 if None in done.values() else 0]

    def _announce(self, path: str, properties: dict[str, Variant]) -> None:
        self.server.signal(path, BUS_ITEM, "PropertiesChanged", "a{sv}", [properties])

    def _group_values(self, call: Message) -> list[Any]:
        below = self.store.below(call.path or "/")
        return [Variant("a{sv}", {path: _variant(entry.kind, entry.value) for path, entry in below.items()})]

    def _group_texts(self, call: Message) -> list[Any]:
        below = self.store.below(call.path or "/")
        return [Variant("a{ss}", {path: str(entry.value) for path, entry in below.items()})]

    def _group_defaults(self, call: Message) -> list[Any]:
        base = (call.path or "/").rstrip("/")
        self._set([f"{base}/{name}" for name in self.store.below(base)], self.store.put_default)
        return [0]  # though instances have no default

    def _get_items(self, call: Message) -> list[Any]:
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

    def _add_settings(self, call: Message) -> list[Any]:
        answers = [self._add_one(call.path or "/", row) for row in call.body[0]]
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

    def _add_setting(self, call: Message, silent: bool = False) -> list[Any]:
        group, name, default, kind, low, high = call.body
        parts = ((call.path or "/").rstrip("/"), group.strip("/"), name.lstrip("/"))
        path = "/".join(part for i, part in enumerate(parts) if part or i == 0)
        error, _ = self._add(path, kind, default.value, low.value, high.value, silent)
        self._save_added()
        return [error]

    def _add_silent_setting(self, call: Message) -> list[Any]:
        return self._add_setting(call, silent=True)

    def _remove_settings(self, call: Message) -> list[Any]:
        base = (call.path or "/").rstrip("/")
        paths = [f"{base}/{name.lstrip('/')}" for name in call.body[0]]
        before = {path: entry for path in paths if (entry := self.store.entries.get(path))}
        answers = [0 if self.store.remove(path) else -1 for path in paths]
        self._save(before)
        for path in before:
            self._announce(path, {"Value": Variant("ai", []), "Text": Variant("s", "")})
        return [answers]


def _value(variant: Variant | None) -> object:
    return None if variant is None else variant.value
