"""Generate the tables in docs/ from the program: python -m bench.tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import markdown
from bench.speed import makes as makes_speed
from bench.speed import rest
from dbus_xbms.policy.charge.chemistry_table import CHEMISTRIES
from dbus_xbms.protocols.aiobmsble.brands import BRANDS
from dbus_xbms.protocols.aiobmsble.make import EXTRAS
from dbus_xbms.protocols.aiobmsble.makes import MAKES
from dbus_xbms.settings import AnySetting
from dbus_xbms.settings.topics import BANK_TOPICS, TOPICS

DOCS = Path(__file__).parents[1] / "docs"
BENCH = DOCS / "bench.md"
CHARGE_CONTROL = DOCS / "charge-control.md"
SETTINGS = DOCS / "settings.md"
OTHER_MAKES = DOCS / "other-makes.md"
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


def _default(setting: AnySetting) -> str:
    text = setting.default if isinstance(setting.default, str) else f"{setting.default:g}"
    return f"`{text}`" if text else ""


def presets() -> str:
    """Return a table of the voltages of each chemistry."""
    return _chemistries(PRESET_COLUMNS)


def bounds() -> str:
    """Return a table of the bounds of settings for each chemistry."""
    return _chemistries(BOUND_COLUMNS)


def _chemistries(columns: dict[str, str]) -> str:
    rows = [
        (name, *(f"{getattr(numbers, field):g}" for field in columns))
        for name, numbers in CHEMISTRIES.items()
    ]
    return markdown.table(("", *columns.values()), rows)


def settings() -> str:
    """Return a section per topic, with a row per setting."""
    return "\n".join(f"## {topic}\n\n{_settings(*rows)}" for topic, rows in TOPICS)


def bank_settings() -> str:
    """Return a table of the settings of a bank."""
    return _settings(*(row for _, rows in BANK_TOPICS for row in rows))


def _settings(*settings: AnySetting) -> str:
    rows = [(f"`{row.name}`", _default(row), row.unit, row.help) for row in settings]
    return markdown.table(("Setting", "Default", "Unit", "Meaning"), rows)


def makes() -> str:
    """Return a table of the makes that are only watched."""
    rows = [
        (
            make.make,
            ", ".join(dict.fromkeys(BRANDS.get(make.name, {}).values())),
            f"`{make.name}`",
            *("✓" if extra in make.reports else "" for extra in EXTRAS),
        )
        for make in sorted(MAKES, key=lambda row: row.make.casefold())
    ]
    return markdown.table(("Make", "Also sold as", "`Protocol`", *EXTRAS), rows)


TABLES: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    CHARGE_CONTROL: {"presets": presets, "bounds": bounds},
    SETTINGS: {"settings": settings, "bank": bank_settings},
    BENCH: {"makes": makes_speed.KEPT.shown, "rest": rest.KEPT.shown},
    OTHER_MAKES: {"makes": makes},
}


def filled(page: Path) -> str:
    """Return the text of a page with current tables."""
    text = page.read_text(encoding="utf-8")
    for name, table in TABLES[page].items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- end -->)", rf"\g<1>{table()}\g<2>", text, flags=re.DOTALL
        )
    return text


if __name__ == "__main__":
    for path in TABLES:
        path.write_text(filled(path), encoding="utf-8")
