"""The objects of one service: Victron's BusItem protocol over a table of paths.

One table of methods answers every call and describes itself to introspection. There is no object per path:
that would cost memory and time for each of some 150 paths of each pack.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbus_fast import DBusError, ErrorType, Message, Variant

from dbus_xbms.settings import Value
from dbus_xbms.venus.bus_item import ACCEPTED, BUS_ITEM, NOT_WRITABLE, REFUSED, from_variant, to_variant
from dbus_xbms.venus.item import Item

log = logging.getLogger(__name__)

INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PROPERTIES = "org.freedesktop.DBus.Properties"

OnWrite = Callable[[str, Value, str], bool]  # path, value, and the unique name of who asks; True: accepted
Entries = dict[str, dict[str, Variant]]


class Objects:
    """Every object of one service, over the values that are published now."""

    def __init__(
        self, items: Sequence[Item[Any]], values: dict[str, Value | None], on_write: OnWrite
    ) -> None:
        self.items = {item.path: item for item in items}
        self.shown = values  # of every path; whoever made the service changes them
        self._on_write = on_write
        self._children: dict[str, dict[str, None]] = {"/": {}}  # of each node above the items
        for path in self.items:
            node = "/"
            for name in path.strip("/").split("/"):
                self._children.setdefault(node, {})[name] = None
                node = f"{node.rstrip('/')}/{name}"

    def answer(self, call: Message, who: str = "") -> Message:
        """Reply to a method call; ``who`` calls is told with a write, by default its unique name."""
        path = call.path or ""
        if path in self.items:
            methods = LEAF
        elif path in self._children:
            methods = ROOT if path == "/" else NODE
        else:
            return Message.new_error(call, ErrorType.UNKNOWN_OBJECT, f"there is no {path}")
        method = methods.get(call.member or "")
        if not method or method.takes != call.signature or call.interface not in (None, method.interface):
            what = f"{call.interface}.{call.member}({call.signature})"
            return Message.new_error(call, ErrorType.UNKNOWN_METHOD, f"{path} has no method {what}")
        arguments = (*call.body, who or call.sender or "") if method.signed else call.body
        try:
            return Message.new_method_return(call, method.gives, [method.run(self, path, *arguments)])
        except DBusError as err:
            return Message.new_error(call, err.type, err.text)

    def entries(self, paths: Iterable[str]) -> Entries:
        """Value and text of some paths, as GetItems and ItemsChanged carry them."""
        found: Entries = {}
        for path in paths:
            item, value = self.items[path], self.shown[path]
            found[path] = {"Value": to_variant(item.kind, value), "Text": Variant("s", item.show(value))}
        return found

    # The methods: called with the object's path, the arguments, and, if signed, who calls

    def get_items(self, path: str) -> Entries:
        """Every item of the service."""
        found = self.entries(self.items)
        for item in self.items.values():
            if item.highest is not None:
                found[item.path] |= {"Min": self.get_min(item.path), "Max": self.get_max(item.path)}
            if item.default is not None:
                found[item.path]["Default"] = self.get_default(item.path)
        return found

    def get_value(self, path: str) -> Variant:
        """The value of an item."""
        return to_variant(self.items[path].kind, self.shown[path])

    def get_text(self, path: str) -> str:
        """The text of an item."""
        return self.items[path].show(self.shown[path])

    def set_value(self, path: str, raw: Variant, sender: str) -> int:
        """Take a write; the refusal is a number, never an error."""
        item = self.items[path]
        value = from_variant(item.kind, raw) if item.writable else None
        if value is None:
            log.debug("%s: not writable, or not of its type: %r", path, raw)
            return NOT_WRITABLE
        if isinstance(value, int | float) and not _within(item, value):
            return REFUSED
        # An unchanged value too: an earlier write may be on its way and not be shown yet.
        return ACCEPTED if self._on_write(path, value, sender) else REFUSED

    def get_min(self, path: str) -> Variant:
        """The lowest value that an item takes."""
        return self._bound(path, self.items[path].lowest)

    def get_max(self, path: str) -> Variant:
        """The highest value that an item takes."""
        return self._bound(path, self.items[path].highest)

    def get_default(self, path: str) -> Variant:
        """The default of an item that is a setting."""
        return self._bound(path, self.items[path].default)

    def get_description(self, path: str, language: str, length: int) -> str:
        """Items describe themselves by their path."""
        return ""

    def get_values(self, path: str) -> Variant:
        """Values below a node, by their paths relative to it."""
        return Variant("a{sv}", {below: self.get_value(full) for below, full in self._below(path)})

    def get_texts(self, path: str) -> Variant:
        """Texts below a node, by their paths relative to it."""
        return Variant(
            "a{sv}", {below: Variant("s", self.get_text(full)) for below, full in self._below(path)}
        )

    def set_node(self, path: str, raw: Variant) -> int:
        """A node takes no value."""
        return NOT_WRITABLE

    def introspect(self, path: str) -> str:
        """What this object offers, in XML."""
        methods = LEAF if path in self.items else ROOT if path == "/" else NODE
        nodes = "".join(f'<node name="{name}"/>' for name in self._children.get(path, ()))
        return f"<node>{_described(methods)}{nodes}</node>"

    def no_property(self, path: str, interface: str, *rest: object) -> Variant:
        """There are no properties; values are asked for with GetValue.

        Raises:
            DBusError: always.
        """
        raise DBusError(ErrorType.UNKNOWN_PROPERTY, f"{path} has no properties; see {BUS_ITEM}")

    def all_properties(self, path: str, interface: str) -> dict[str, Variant]:
        """There are no properties."""
        return {}

    def _bound(self, path: str, bound: Value | None) -> Variant:
        kind = self.items[path].kind
        return to_variant(kind, None if bound is None else from_variant(kind, bound))

    def _below(self, node: str) -> Iterable[tuple[str, str]]:
        prefix = node.rstrip("/") + "/"
        return ((path[len(prefix) :], path) for path in self.items if path.startswith(prefix))


def _within(item: Item[Any], value: float) -> bool:
    too_low = item.lowest is not None and value < item.lowest
    too_high = item.highest is not None and value > item.highest
    return not (too_low or too_high)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Method:
    takes: str = ""
    gives: str
    run: Callable[..., Any]
    signed: bool = False
    interface: str = BUS_ITEM


ANY = {
    "Introspect": _Method(gives="s", run=Objects.introspect, interface=INTROSPECTABLE),
    "Get": _Method(takes="ss", gives="v", run=Objects.no_property, interface=PROPERTIES),
    "Set": _Method(takes="ssv", gives="", run=Objects.no_property, interface=PROPERTIES),
    "GetAll": _Method(takes="s", gives="a{sv}", run=Objects.all_properties, interface=PROPERTIES),
}
NODE = {
    **ANY,
    "GetValue": _Method(gives="v", run=Objects.get_values),
    "GetText": _Method(gives="v", run=Objects.get_texts),
    "SetValue": _Method(takes="v", gives="i", run=Objects.set_node),
}
ROOT = {**NODE, "GetItems": _Method(gives="a{sa{sv}}", run=Objects.get_items)}
LEAF = {
    **ANY,
    "GetValue": _Method(gives="v", run=Objects.get_value),
    "GetText": _Method(gives="s", run=Objects.get_text),
    "SetValue": _Method(takes="v", gives="i", run=Objects.set_value, signed=True),
    "GetMin": _Method(gives="v", run=Objects.get_min),
    "GetMax": _Method(gives="v", run=Objects.get_max),
    "GetDefault": _Method(gives="v", run=Objects.get_default),
    "GetDescription": _Method(takes="si", gives="s", run=Objects.get_description),
}
SIGNALS = {"ItemsChanged": "a{sa{sv}}"}  # on the root


def _described(methods: Mapping[str, _Method]) -> str:
    """Introspection XML of a table of methods."""
    interfaces: dict[str, str] = {}
    for name, method in methods.items():
        arguments = "".join(f'<arg type="{t}" direction="in"/>' for t in method.takes)  # simple types
        if method.gives:
            arguments += f'<arg type="{method.gives}" direction="out"/>'
        interfaces.setdefault(method.interface, "")
        interfaces[method.interface] += f'<method name="{name}">{arguments}</method>'
    if methods is ROOT:
        for name, signature in SIGNALS.items():
            interfaces[BUS_ITEM] += f'<signal name="{name}"><arg type="{signature}"/></signal>'
    return "".join(f'<interface name="{name}">{xml}</interface>' for name, xml in interfaces.items())
