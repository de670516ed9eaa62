"""A tree of D-Bus objects under an ObjectManager, which signals each change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dbus_fast import BusType, Message, Variant

from dbus_xbms.dbus import PROPERTIES, Method, Node, Server, children_of

MANAGER = "org.freedesktop.DBus.ObjectManager"


class ObjectTree:
    """The objects of one bus name, with an ObjectManager at ``/``."""

    def __init__(self, name: str, bus: BusType, *, client_gone: Callable[[str], None]) -> None:
        self.nodes: dict[str, Node] = {}
        self.server = Server(
            name,
            self._find,
            lambda path: children_of(self.nodes, path),
            bus=bus,
            file_descriptors=True,
            client_gone=client_gone,
        )
        self._root = Node(
            methods={(MANAGER, "GetManagedObjects"): Method(gives="a{oa{sa{sv}}}", run=self._managed)}
        )

    def add(self, path: str, node: Node) -> None:
        """Add an object."""
        self.nodes[path] = node
        self.server.signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, node.properties])

    def remove(self, path: str) -> None:
        """Remove an object and all objects below it."""
        below = [p for p in self.nodes if p.startswith(path + "/")]
        for gone in [*sorted(below, reverse=True), path]:
            node = self.nodes.pop(gone, None)
            if node is not None:
                body = [gone, list(node.properties)]
                self.server.signal("/", MANAGER, "InterfacesRemoved", "oas", body)

    def change(
        self, path: str, interface: str, changed: dict[str, Variant], gone: Sequence[str] = ()
    ) -> None:
        """Change and remove properties of an object with one signal; ignored if there is no such object."""
        if (node := self.nodes.get(path)) is None:
            return
        properties = node.properties[interface]
        properties.update(changed)
        for name in gone:
            properties.pop(name, None)
        body: list[Any] = [interface, changed, list(gone)]
        self.server.signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def _find(self, path: str) -> Node | None:
        return self._root if path == "/" else self.nodes.get(path)

    def _managed(self, call: Message) -> list[Any]:
        return [{path: node.properties for path, node in self.nodes.items()}]
