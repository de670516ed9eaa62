"""Calls are dispatched by method tables, and introspection describes exactly those."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from dbus_fast import DBusError, Message, Variant
from dbus_fast.introspection import Node as Introspected

from dbus_xbms.dbus.objects import (
    INTROSPECTABLE,
    PROPERTIES,
    Method,
    Node,
    Objects,
    children_of,
    complete_types,
)

INTERFACE = "com.example.Lamp1"
PREFIX = "org.freedesktop.DBus.Error"


class Lamp:
    """An object with a method, a property that can be set, one that cannot, and a signal."""

    def __init__(self) -> None:
        self.node = Node(
            methods={(INTERFACE, "Blink"): Method(takes="u", gives="as", run=lambda call: [["done"]])},
            properties={INTERFACE: {"On": Variant("b", False), "Watts": Variant("d", 5.0)}},
            setters={(INTERFACE, "On"): self._switch},
            signals={(INTERFACE, "Failed"): "sa{sv}"},
        )
        self.objects = Objects({"/lamps/a": self.node}.get, lambda path: children_of(["/lamps/a"], path))

    def _switch(self, on: bool) -> None:
        self.node.properties[INTERFACE]["On"] = Variant("b", on)

    def call(self, path: str, interface: str | None, member: str, signature: str = "", *body: Any) -> Any:
        message = Message(path=path, interface=interface, member=member, signature=signature, body=list(body))
        return self.objects.method(message).run(message)


@pytest.mark.parametrize("interface", [INTERFACE, None])
def test_a_method_is_found_by_interface_and_member_or_by_member_alone(interface: str | None) -> None:
    assert Lamp().call("/lamps/a", interface, "Blink", "u", 3) == [["done"]]


@pytest.mark.parametrize(
    ("path", "interface", "member", "signature", "error"),
    [
        ("/lamps/b", INTERFACE, "Blink", "u", "UnknownObject"),
        ("/lamps", INTERFACE, "Blink", "u", "UnknownObject"),
        ("/nothing", INTROSPECTABLE, "Introspect", "", "UnknownObject"),
        ("/lamps/a", INTERFACE, "Explode", "u", "UnknownMethod"),
        ("/lamps/a", "com.example.Other", "Blink", "u", "UnknownMethod"),
        ("/lamps/a", INTERFACE, "Blink", "s", "UnknownMethod"),
        ("/lamps/a", INTERFACE, "Blink", "", "UnknownMethod"),
    ],
)
def test_a_call_without_a_matching_method_is_an_error(
    path: str, interface: str, member: str, signature: str, error: str
) -> None:
    arguments: dict[str, list[Any]] = {"u": [3], "s": ["x"], "": []}
    with pytest.raises(DBusError) as caught:
        Lamp().call(path, interface, member, signature, *arguments[signature])
    assert caught.value.type == f"{PREFIX}.{error}"


def test_properties_are_read_and_set() -> None:
    lamp = Lamp()
    assert lamp.call("/lamps/a", PROPERTIES, "Get", "ss", INTERFACE, "On") == [Variant("b", False)]
    lamp.call("/lamps/a", PROPERTIES, "Set", "ssv", INTERFACE, "On", Variant("b", True))
    both = {"On": Variant("b", True), "Watts": Variant("d", 5.0)}
    assert lamp.call("/lamps/a", PROPERTIES, "GetAll", "s", INTERFACE) == [both]
    assert lamp.call("/lamps/a", PROPERTIES, "GetAll", "s", "com.example.Other") == [{}]


@pytest.mark.parametrize(("name", "error"), [("Watts", "PropertyReadOnly"), ("Colour", "UnknownProperty")])
def test_a_read_only_property_is_not_changed(name: str, error: str) -> None:
    lamp = Lamp()
    with pytest.raises(DBusError) as caught:
        lamp.call("/lamps/a", PROPERTIES, "Set", "ssv", INTERFACE, name, Variant("d", 7.0))
    assert caught.value.type == f"{PREFIX}.{error}"
    assert lamp.node.properties[INTERFACE]["Watts"] == Variant("d", 5.0)


def test_introspection_describes_methods_properties_signals_and_children() -> None:
    lamp = Lamp()
    (xml,) = lamp.call("/lamps/a", INTROSPECTABLE, "Introspect")
    found = {one.name: one for one in Introspected.parse(xml).interfaces}
    assert {INTERFACE, PROPERTIES, INTROSPECTABLE} == found.keys()
    (blink,) = found[INTERFACE].methods
    assert (blink.name, blink.in_signature, blink.out_signature) == ("Blink", "u", "as")
    assert {one.name: one.access.value for one in found[INTERFACE].properties} == {
        "On": "readwrite",
        "Watts": "read",
    }
    (failed,) = found[INTERFACE].signals
    assert (failed.name, failed.signature) == ("Failed", "sa{sv}")


def test_parent_nodes_lead_to_the_objects() -> None:
    lamp = Lamp()
    for path, child in (("/", "lamps"), ("/lamps", "a")):
        (xml,) = lamp.call(path, INTROSPECTABLE, "Introspect")
        assert [node.get("name") for node in ET.fromstring(xml).findall("node")] == [child]


def test_a_signature_is_split_into_its_complete_types() -> None:
    assert complete_types("ssa{sv}aai(ias)") == ["s", "s", "a{sv}", "aai", "(ias)"]
    assert complete_types("") == []
