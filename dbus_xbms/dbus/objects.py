"""Objects on a bus as tables of methods and properties: no class per interface, no object per path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbus_fast import DBusError, ErrorType, Message, Variant

from dbus_xbms.record import record

PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
READ_ONLY = "org.freedesktop.DBus.Error.PropertyReadOnly"

LATER = object()  # result of a method that replies later, by Server.reply or Server.fail

Name = tuple[str, str]  # interface and member, or interface and property
Properties = dict[str, dict[str, Variant]]  # interface -> property -> value


@record
class Method:
    """A method of an object: the signatures of its arguments and its result, and the function behind it.

    ``run`` gets the call and returns the body of the reply, ``None`` for an empty one, :data:`LATER`, or a
    coroutine that returns the body. A DBusError that it raises is the reply.
    """

    takes: str = ""
    gives: str = ""
    run: Callable[[Message], object]


@dataclass(slots=True, kw_only=True)
class Node:
    """An object on the bus."""

    methods: Mapping[Name, Method] = field(default_factory=dict)
    properties: Properties = field(default_factory=dict)
    setters: Mapping[Name, Callable[[Any], None]] = field(default_factory=dict)
    signals: Mapping[Name, str] = field(default_factory=dict)  # signatures, for introspection


Find = Callable[[str], Node | None]
Children = Callable[[str], Iterable[str]]  # of a path: the last parts of the paths right below it


class Objects:
    """Finds the method that a call is for, and answers for properties and introspection."""

    def __init__(self, find: Find, children: Children) -> None:
        self._find = find
        self._children = children
        self.standard: Mapping[Name, Method] = {
            (PROPERTIES, "Get"): Method(takes="ss", gives="v", run=self._get),
            (PROPERTIES, "GetAll"): Method(takes="s", gives="a{sv}", run=self._get_all),
            (PROPERTIES, "Set"): Method(takes="ssv", run=self._set),
            (INTROSPECTABLE, "Introspect"): Method(gives="s", run=self._introspect),
        }

    def method(self, call: Message) -> Method:
        """Return the method that a call is for; a call may leave out the interface.

        Raises:
            DBusError: there is no such object, or it has no such method with these arguments.
        """
        path, member = call.path or "/", call.member or ""
        node = self._find(path)
        if node is None and not (member == "Introspect" and any(self._children(path))):
            raise DBusError(ErrorType.UNKNOWN_OBJECT, f"there is no object {path}")
        method = _named(node.methods, call.interface, member) if node else None
        method = method or _named(self.standard, call.interface, member)
        if method is None or method.takes != call.signature:
            what = f"{call.interface}.{member}({call.signature})"
            raise DBusError(ErrorType.UNKNOWN_METHOD, f"{path} has no method {what}")
        return method

    def _node(self, call: Message) -> Node:
        return self._find(call.path or "/") or Node()

    def _get(self, call: Message) -> list[Any]:
        interface, name = call.body
        properties = self._node(call).properties.get(interface, {})
        if name not in properties:
            raise _no_property(call)
        return [properties[name]]

    def _get_all(self, call: Message) -> list[Any]:
        return [self._node(call).properties.get(call.body[0], {})]

    def _set(self, call: Message) -> None:
        interface, name, value = call.body
        node = self._node(call)
        if name not in node.properties.get(interface, {}):
            raise _no_property(call)
        setter = node.setters.get((interface, name))
        if setter is None:
            raise DBusError(READ_ONLY, f"{name} cannot be set")
        setter(value.value)

    def _introspect(self, call: Message) -> list[Any]:
        nodes = [f'<node name="{child}"/>' for child in sorted(self._children(call.path or "/"))]
        return ["\n".join(["<node>", *_described(self._node(call), self.standard), *nodes, "</node>"])]


def children_of(paths: Iterable[str], path: str) -> set[str]:
    """Return the last parts of the paths right below ``path``; of longer paths, the parts there."""
    prefix = path.rstrip("/") + "/"
    return {one[len(prefix) :].split("/")[0] for one in paths if one.startswith(prefix)} - {""}


def _named(methods: Mapping[Name, Method], interface: str | None, member: str) -> Method | None:
    if interface is not None:
        return methods.get((interface, member))
    return next((method for (_, name), method in methods.items() if name == member), None)


def _no_property(call: Message) -> DBusError:
    interface, name = call.body[:2]
    return DBusError(ErrorType.UNKNOWN_PROPERTY, f"{call.path} has no property {interface}.{name}")


# Names and signatures on D-Bus have no character that XML would need escaped.
def _described(node: Node, standard: Mapping[Name, Method]) -> list[str]:
    """Return the interfaces of a node as lines of introspection XML."""
    interfaces: dict[str, list[str]] = {interface: [] for interface in node.properties}
    for (interface, member), method in (*node.methods.items(), *standard.items()):
        interfaces.setdefault(interface, []).append(_method_xml(member, method))
    for (interface, member), signature in node.signals.items():
        arguments = "".join(f'<arg type="{one}"/>' for one in complete_types(signature))
        xml = f'<signal name="{member}">{arguments}</signal>'
        interfaces.setdefault(interface, []).append(xml)
    for interface, properties in node.properties.items():
        for name, value in properties.items():
            access = "readwrite" if (interface, name) in node.setters else "read"
            interfaces[interface].append(
                f'<property name="{name}" type="{value.signature}" access="{access}"/>'
            )
    return [
        line
        for name, members in sorted(interfaces.items())
        for line in (f'<interface name="{name}">', *members, "</interface>")
    ]


def _method_xml(member: str, method: Method) -> str:
    arguments = "".join(
        f'<arg type="{one}" direction="{direction}"/>'
        for direction, signature in (("in", method.takes), ("out", method.gives))
        for one in complete_types(signature)
    )
    return f'<method name="{member}">{arguments}</method>'


def complete_types(signature: str) -> list[str]:
    """Split a signature into its complete types: ``ssa{sv}`` into s, s and a{sv}."""
    types, depth, start = [], 0, 0
    for at, letter in enumerate(signature):
        depth += (letter in "({") - (letter in ")}")
        if depth == 0 and letter != "a":
            types.append(signature[start : at + 1])
            start = at + 1
    return types
