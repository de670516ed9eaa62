"""Who may import whom, and what a stock Venus can import at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stock_venus import NOT_ON_VENUS

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dbus_xbms").rglob("*.py"))

BELOW_PACK = {
    "keeper",
    "model",
    "settings",
    "protocols",
    "control",
    "ble",
    "venus",
    "memory",
    "capture",
    "words",
    "contact",
}
IN_PLACE_OF_VENUS = {"localsettings", "served"}  # what serves instead of a program of Venus
# Room -> the rooms it may import; a room is a module or a package right under dbus_xbms.
ARROWS = {
    "model": set(),
    "settings": {"model"},
    "memory": {"model", "settings"},
    "capture": set(),
    "machine": set(),
    "contact": {"machine", "model", "words"},
    "protocols": {"contact", "model"},
    "control": {"model", "settings", "words"},
    "trusted_bus": set(),
    "printable": set(),
    "words": set(),
    "heard": {"protocols"},
    "repeats": set(),
    "ble": {"contact", "model", "protocols", "trusted_bus"},
    "doctor": {"contact", "control", "machine", "printable", "words"},
    "venus": {"machine", "repeats", "model", "settings", "control", "printable", "trusted_bus", "words"},
    "served": set(),
    "localsettings": {"served"},
    "simulator": {"model", "settings", "protocols"} | IN_PLACE_OF_VENUS,
    "keeper": {"control", "settings", "venus"},
    "diary": {"control", "model", "words"},
    "showing": {"contact", "model", "venus"},
    "switching": {"repeats", "control", "model", "protocols", "settings", "words"},
    "poller": {"ble", "control", "model", "protocols", "settings", "switching", "words"},
    "changes": {"repeats", "control", "keeper", "model", "settings", "venus"},
    "continuity": {"repeats", "control", "keeper", "memory", "model", "settings"},
    "pack": BELOW_PACK
    | {"repeats", "changes", "continuity", "diary", "poller", "showing", "standing", "switching"},
    "standing": {"contact", "protocols"},
    "roster": {"contact"},
    "remote": {"contact", "heard", "printable", "protocols", "settings", "venus"},
    "neighbours": {"repeats", "ble", "control", "venus"},
    "outlet": set(),
    "watchdog": set(),
    "supervision": {"poller", "showing"},
    "authority": {"control", "settings", "venus"},
    "app": BELOW_PACK | {"authority", "heard", "neighbours", "pack", "remote", "roster", "supervision"},
    "serving": {"app", "capture", "supervision", "venus", "watchdog"},
    "commands": BELOW_PACK
    | IN_PLACE_OF_VENUS
    | {
        "heard",
        "machine",
        "printable",
        "doctor",
        "interrupt",
        "remote",
        "serving",
        "simulator",
        "trusted_bus",
        "watchdog",
    },
    "cli": BELOW_PACK | {"commands", "interrupt", "outlet", "printable"},
    "__main__": {"cli", "interrupt"},
    "interrupt": set(),
    "__init__": set(),
}
PURE = {
    "model",
    "settings",
    "memory",
    "protocols",
    "control",
    "doctor",
    "printable",
    "heard",
    "machine",
    "words",
    "contact",
    "standing",
    "roster",
}
PURE_FILES = {
    "venus/item.py",
    "venus/items.py",
    "commands/naming.py",
    "localsettings/rows.py",
    "localsettings/store.py",
    "commands/table.py",
    "commands/lifetime.py",
    "commands/reading.py",
    "commands/csv_rows.py",
    *(
        f"commands/screen/{name}.py"
        for name in (
            *("frame", "glyphs", "keys", "overview", "page", "raised", "reading", "scene", "style", "trend"),
        )
    ),
    *(f"venus/{name}_items.py" for name in ("control", "device", "history", "pane", "setting", "switch")),
}
IMPURE = {"asyncio", "time", "logging", "bleak", "bleak_retry_connector", "dbus_fast"}

THIRD_PARTY = {"bleak", "bleak_retry_connector", "dbus_fast"}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, as dotted names."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            names.add(node.module or "")
            if node.module == "dbus_xbms":
                names |= {
                    f"dbus_xbms.{alias.name}" for alias in node.names if not alias.name.startswith("__")
                }
    return names


def within(path: Path) -> str:
    return path.relative_to(ROOT / "dbus_xbms").as_posix()


def room_of(path: Path) -> str:
    return within(path).split("/")[0].removesuffix(".py")


def is_pure(path: Path) -> bool:
    return room_of(path) in PURE or within(path) in PURE_FILES


@pytest.mark.parametrize("path", FILES, ids=within)
def test_a_room_imports_only_the_rooms_it_may(path: Path) -> None:
    room = room_of(path)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("dbus_xbms.")} - {room}
    assert used <= ARROWS[room]


@pytest.mark.parametrize("path", [path for path in FILES if is_pure(path)], ids=within)
def test_a_pure_room_knows_no_clock_no_loop_and_no_wire(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports(path)} & IMPURE


@pytest.mark.parametrize("path", FILES, ids=within)
def test_only_what_a_stock_venus_or_our_three_packages_bring_is_imported(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)} - {"dbus_xbms"}
    assert used <= (sys.stdlib_module_names - NOT_ON_VENUS) | THIRD_PARTY


def test_the_whole_program_imports_where_venus_leaves_parts_of_the_standard_library_out() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES if path.stem != "__main__"
    ]
    script = f"""
import sys
for name in {sorted(NOT_ON_VENUS)}:
    sys.modules[name] = None  # an import of it now fails
for name in {modules}:
    __import__(name.removesuffix(".__init__"))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
