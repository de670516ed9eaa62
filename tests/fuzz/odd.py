"""Values of every D-Bus type, plausible and not, as any program on the bus may send them."""

from __future__ import annotations

from typing import Any

from dbus_fast import Variant

VALUES: tuple[Variant, ...] = (
    *(Variant("y", value) for value in (0, 1, 255)),
    *(Variant("b", value) for value in (True, False)),
    *(Variant("n", value) for value in (-1, 1, -(2**15), 2**15 - 1)),
    *(Variant("q", value) for value in (0, 1, 2**16 - 1)),
    *(Variant("i", value) for value in (0, 1, -1, 7, 33, 2**31 - 1, -(2**31))),
    *(Variant("u", value) for value in (0, 1, 2**32 - 1)),
    *(Variant("x", value) for value in (1, -(2**63), 2**63 - 1, 2**31)),
    *(Variant("t", value) for value in (1, 2**64 - 1)),
    *(
        Variant("d", float(text))
        for text in ("0", "-0", "0.5", "13.8", "nan", "inf", "-inf", "1e308", "5e-324")
    ),
    *(Variant("s", text) for text in ("", "1", "nan", "Bug", "Größe ☃ 電池", "a\x01b\x7f\n", "x" * 40_000)),
    *(
        Variant("s", text)
        for text in ("battery:7", "battery:99999999999", "tank:1", "0:0 10:1", "AA:BB", "cm-")
    ),
    *(Variant("o", path) for path in ("/", "/Dc/0/Voltage")),
    *(Variant("g", text) for text in ("", "a{sv}")),
    Variant("v", Variant("v", Variant("i", 1))),
    Variant("v", Variant("v", Variant("ai", []))),
    Variant("ai", []),
    Variant("ai", [1, 2, 3]),
    Variant("as", ["1"]),
    Variant("ay", b"\x00\xff"),
    Variant("av", [Variant("i", 1), Variant("s", "x")]),
    Variant("aai", [[], [1]]),
    Variant("a{sv}", {}),
    Variant("a{sv}", {"Value": Variant("i", 1)}),
    Variant("(is)", [1, "x"]),
    Variant("((d))", [[1.0]]),
)

# Arguments of a call: a signature and its body.
ARGUMENTS: tuple[tuple[str, list[Any]], ...] = (
    ("", []),
    ("v", [Variant("d", float("nan"))]),
    ("i", [1]),
    ("d", [float("nan")]),
    ("d", [-5.0]),
    ("s", [""]),
    ("ss", ["com.victronenergy.BusItem", "Value"]),
    ("ssv", ["com.victronenergy.BusItem", "Value", Variant("i", 1)]),
    ("si", ["de", -1]),
    ("vv", [Variant("i", 1), Variant("i", 2)]),
    ("as", [[]]),
    ("a{sv}", [{"Value": Variant("(ii)", [1, 2])}]),
    ("aa{sv}", [[{"path": Variant("i", 1)}]]),
    ("a{sa{sv}}", [{"/Soc": {"Value": Variant("d", 1.0)}}]),
    ("(sv)", [["x", Variant("y", 1)]]),
)
