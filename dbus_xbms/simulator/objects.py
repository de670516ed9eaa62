"""A tree of D-Bus objects under an ObjectManager: added, removed, changed, each with its signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dbus_fast import BusType, Message, Variant

from dbus_xbms.dbus.server import PROPERTIES, Method, Node, Service

MANAGER = "org.freedesktop.DBus.ObjectManager"


class ObjectTree:
    """The objects of one bus name, managed from ``/``."""

    def __init__(self, name: str, bus_type: BusType, *, on_sender_gone: Callable[[str], None]) -> None:
        self.nodes: dict[str, Node] = {}
        self.service = Service(name, bus_type, self._find, self._paths, on_sender_gone=on_sender_gone)
        self._root = Node(
            methods={(MANAGER, "GetManagedObjects"): Method(gives="a{oa{sa{sv}}}", run=self._managed)}
        )

    def add(self, path: str, node: Node) -> None:
        """Put an object on the bus."""
        self.nodes[path] = node
        self.service.signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, node.properties])

    def remove(self, path: str) -> None:
        """Take an object and all below it off the bus."""
        below = [p for p in self.nodes if p.startswith(path + "/")]
        for gone in [*sorted(below, reverse=True), path]:
            node = self.nodes.pop(gone, None)
            if node is not None:
                body = [gone, list(node.properties)]
                self.service.signal("/", MANAGER, "InterfacesRemoved", "oas", body)

    def change(
        self, path: str, interface: str, changed: dict[str, Variant], gone: Sequence[str] = ()
    ) -> None:
        """Change properties of an object, if it is there, and say so."""
        if (node := self.nodes.get(path)) is None:
            return
        properties = node.properties[interface]
        properties.update(changed)
        for name in gone:
            properties.pop(name, None)
        body: list[Any] = [interface, changed, list(gone)]
        self.service.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def _find(self, path: str) -> Node | None:
        return self._root if path == "/" else self.nodes.get(path)

    def _paths(self) -> list[str]:
        return list(self.nodes)

    def _managed(self, message: Message) -> list[Any]:
        return [{path: node.properties for path, node in self.nodes.items()}]
