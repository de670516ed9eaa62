"""The tables in docs/charge-control.md, from the program's own: python -m bench.tables writes them."""

from __future__ import annotations

import re
from pathlib import Path

from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.settings import AnySetting
from dbus_xbms.settings.charge import ChargeSettings

PAGE = Path(__file__).parents[1] / "docs" / "charge-control.md"
PRESET_COLUMNS = {
    "full": "Full",
    "floating": "Float",
    "low": "Low",
    "cutoff_high": "High cut-off",
    "cutoff_low": "Low cut-off",
}


BOUND_COLUMNS = {
    "highest_full": "Full, at most",
    "highest_cutoff": "High cut-off, at most",
    "lowest_cutoff": "Low cut-off, at least",
    "deep": "Deep",
    "dead": "Dead",
}


def _table(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _default(setting: AnySetting) -> str:
    text = setting.default if isinstance(setting.default, str) else f"{setting.default:g}"
    return f"`{text}`" if text else ""


def presets() -> str:
    """A row per chemistry."""
    return _chemistries(PRESET_COLUMNS)


def bounds() -> str:
    """How far settings may go, a row per chemistry."""
    return _chemistries(BOUND_COLUMNS)


def _chemistries(columns: dict[str, str]) -> str:
    rows = [
        (name, *(f"{getattr(numbers, field):g}" for field in columns))
        for name, numbers in CHEMISTRIES.items()
    ]
    return _table(("", *columns.values()), *rows)


def settings() -> str:
    """A row per setting of charge control."""
    rows = [(f"`{row.name}`", _default(row), row.unit, row.help) for row in ChargeSettings.rows]
    return _table(("Setting", "Default", "Unit", "What for"), *rows)


def filled(page: str) -> str:
    """The page with its tables as they are now."""
    for name, table in (("presets", presets()), ("bounds", bounds()), ("settings", settings())):
        page = re.sub(rf"(<!-- {name} -->\n).*?(<!-- end -->)", rf"\g<1>{table}\g<2>", page, flags=re.DOTALL)
    return page


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
