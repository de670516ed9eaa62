"""Brands that sell the BMS of another make under their own name, by the name that a pack advertises. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase

from dbus_xbms.protocols.advertisement import PADDING

# Make -> pattern of the name -> brand; the first that matches. Source: the comments of the library's modules
# and of its recorded advertisements.
BRANDS: dict[str, dict[str, str]] = {
    "abc": {"SOK-*": "SOK"},
    "braunpwr": {"*Vanvolt-*": "Vanvolt"},
    "buknuwo": {"MEY-*": "Meyulmol"},
    "ecoworthy": {"DCHOUSE*": "DC House"},
    "ej": {
        **dict.fromkeys(("LT-12???BG-*", "LT-24???B-*"), "LiTime"),
        "V-12V*": "Volthium",
    },
    "gobel": {"B[0-9][0-9]*": "Dyness"},
    "humsienk": {"ECO????": "Eco-Worthy", "DCH????": "DC House"},
    "redodo": {
        **dict.fromkeys(("L-*", "LT-*"), "LiTime"),
        **dict.fromkeys(("P-*", "PQ-*"), "Power Queen"),
        "T-*": "Eco-Worthy",
        **dict.fromkeys(("S-*", "SS-*"), "Starry Sea"),
    },
    "roypow": {"B12*": "Epoch", "UT*": "Lion Energy"},
    "tdt": {"WT*": "WattCycle", "HS*": "Humsienk"},
}


def brand(make: str, name: str) -> str | None:
    """Return the brand of a pack of a make that advertises this name; ``None``: the make itself."""
    rows = BRANDS.get(make, {}).items()
    return next((brand for pattern, brand in rows if fnmatchcase(name.strip(PADDING), pattern)), None)
