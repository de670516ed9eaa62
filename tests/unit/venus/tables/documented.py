"""The paths in docs/dbus-paths.md, and the same of a table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dbus_xbms.venus.item import Item


def documented(*, bank: bool = False) -> set[tuple[str, str, str]]:
    """Return path, step and rate of each row in docs/dbus-paths.md about packs, or about banks alone."""
    text = (Path(__file__).parents[4] / "docs/dbus-paths.md").read_text()
    packs, _, banks = text.partition("\n## Banks\n")
    return {
        (path + writable, step, every)
        for path, writable, step, every in re.findall(
            r"^\| `(/\S+)`( \(writable\))? \| ([^|]+) \| ([^|]+) \| [^|]+\. \|$",
            banks if bank else packs,
            re.MULTILINE,
        )
    }


def described(item: Item[Any]) -> tuple[str, str, str]:
    """Return path, step and rate of an item, as docs/dbus-paths.md has them."""
    unit = "" if item.text.startswith("0x") else re.sub(r"\{.*?\}", "", item.text)
    step = {"s": "text", "d": f"{10**-item.decimals:g} {unit}", "i": f"1 {unit}" if unit else "number"}
    path = re.sub(r"(Cell/?|Temperature(?:Role)?)\d+", r"\1<n>", item.path)
    path = re.sub(r"(/SwitchableOutput)/\w+", r"\1/<switch>", path) + (" (writable)" if item.writable else "")
    return path, step[item.kind], f"{item.every:g} s" if item.every else "poll"
