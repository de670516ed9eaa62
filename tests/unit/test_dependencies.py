"""Which modules may import which, and what is importable on a stock Venus."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from tests.stock_venus import NOT_ON_VENUS

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "dbus_xbms").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# Module or package directly under dbus_xbms -> those that it may import.
DEPENDENCIES: dict[str, set[str]] = {
    "record": set(),  # any module may import it
    "settings": {"model", "protocols", "schema"},
    "schema": set(),
    "model": set(),
    "report": {"model", "policy", "settings"},
    "program_report": set(),
    "program": {
        *("ble", "contact", "dbus", "known", "logs", "policy", "process", "program_report", "beat"),
        *("protocols", "settings", "text", "venus"),
    },
    "text": set(),
    "beat": set(),
    "logs": set(),
    "process": set(),
    "capture": set(),
    "contact": {"model", "process", "text"},
    "dbus": {"process"},
    "protocols": {"contact", "model", "schema"},
    "policy": {"model", "settings", "text"},
    "known": {"policy", "schema", "settings", "text"},
    "ble": {"contact", "dbus", "model", "protocols", "settings"},
    "venus": {"dbus", "logs", "model", "policy", "program_report", "text", "report", "settings"},
    "interference": {"ble", "dbus", "logs", "venus"},
    "authority": {"beat", "dbus", "interference", "policy", "settings", "venus"},
    "pack": {
        "beat",
        *("ble", "contact", "dbus", "logs", "model", "policy", "protocols", "report", "settings"),
        "venus",
    },
    "bank": {"beat", "dbus", "logs", "model", "pack", "policy", "report", "settings", "text", "venus"},
    "supervision": {"beat", "pack"},
    "rpc": {"ble", "contact", "dbus", "policy", "text", "protocols", "settings"},
    "scans": {"ble", "protocols", "settings"},
    "app": {
        *("authority", "bank", "ble", "interference", "pack", "program", "protocols", "rpc"),
        *("scans", "settings", "supervision", "venus"),
    },
    "serve": {"app", "capture", "dbus", "process", "supervision"},
    "doctor": {"contact", "interference", "policy", "process", "text"},
    "settings_store": {"dbus"},
    "simulator": {"dbus", "model", "protocols", "settings", "settings_store"},
    "commands": {
        *(
            "authority",
            "ble",
            "capture",
            "client",
            "contact",
            "dbus",
            "doctor",
            "interference",
            "known",
            "model",
            "policy",
        ),
        *("process", "protocols", "report", "rpc", "serve", "settings", "settings_store"),
        *("schema", "simulator", "text", "venus"),
    },
    "cli": {"commands", "known", "process", "protocols", "settings", "text"},
    "__main__": {"cli", "process"},
    "client": {"ble", "model", "protocols", "settings", "text"},
    "__init__": {"client", "model", "protocols", "settings"},  # on first use only
}
PURE = {
    "beat",
    "known",
    "model",
    "program_report",
    "record",
    "schema",
    "report",
    "settings",
    "protocols",
    "policy",
    "doctor",
    "contact",
    "text",
}
PURE_FILES = {
    "ble/bluez/gatt_frames.py",
    "ble/scan_results.py",
    "ble/notify_method.py",
    "ble/pairing_state.py",
    "dbus/frames.py",
    "interference/rules.py",
    "pack/command_log.py",
    "pack/contact_tracker.py",
    "pack/roster.py",
    "pack/tally.py",
    "process/machine.py",
    "program/discovered.py",
    "program/findings.py",
    "settings_store/rows.py",
    "settings_store/store.py",
    "venus/diff.py",
    "venus/item.py",
    "venus/item_table.py",
    "venus/items_changed.py",
    *(
        f"commands/{name}.py"
        for name in (
            *("bank_words", "csv_rows", "lifetime", "members", "reading", "render", "table"),
            *("story", "story_bank", "story_mosfet"),
        )
    ),
    *(
        f"commands/screen/{name}.py"
        for name in (
            "bank_page",
            *("frame", "glyphs", "keys", "overview", "page", "raised", "reading", "scene", "style", "trend"),
        )
    ),
    *(
        f"venus/tables/{name}.py"
        for name in (
            *("bank", "bank_measured", "bank_members", "bank_state", "bank_switches"),
            "battery",
            "control",
            "device",
            "history",
            "measured",
            "pane",
            "program",
            "settings",
            "state",
            "switches",
        )
    ),
}
IMPURE = {"asyncio", "time", "logging", "bleak", "bleak_retry_connector", "dbus_fast"}

THIRD_PARTY = {"bleak", "bleak_retry_connector", "dbus_fast"}


@cache
def imports(path: Path) -> set[str]:
    """Return the dotted names of all modules that a file imports."""
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


def package_of(path: Path) -> str:
    return within(path).split("/")[0].removesuffix(".py")


def is_pure(path: Path) -> bool:
    return package_of(path) in PURE or within(path) in PURE_FILES


def forbidden_imports(allowed: Callable[[Path, str], bool], files: Iterable[Path] = FILES) -> list[str]:
    """Return ``file imports module`` for each import that is not allowed."""
    return [
        f"{within(path)} imports {name}"
        for path in files
        for name in sorted(imports(path))
        if not allowed(path, name)
    ]


def test_a_package_imports_only_allowed_packages() -> None:
    def allowed(path: Path, name: str) -> bool:
        package = package_of(path)
        return not name.startswith("dbus_xbms.") or name.split(".")[1] in DEPENDENCIES[package] | {
            package,
            "record",
        }

    assert forbidden_imports(allowed) == []


def test_a_pure_package_imports_no_clock_no_loop_no_log_and_no_bus() -> None:
    pure = [path for path in FILES if is_pure(path)]
    assert forbidden_imports(lambda _, name: name.split(".")[0] not in IMPURE, pure) == []


def test_only_stock_venus_and_three_packages_are_imported() -> None:
    available = (sys.stdlib_module_names - NOT_ON_VENUS) | THIRD_PARTY | {"dbus_xbms"}
    assert forbidden_imports(lambda _, name: name.split(".")[0] in available) == []


def test_the_whole_program_imports_without_the_parts_of_the_standard_library_that_venus_lacks() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES if path.stem != "__main__"
    ]
    script = f"""
import sys
for name in {sorted(NOT_ON_VENUS)}:
    sys.modules[name] = None  # an import of it now fails
for name in {modules}:
    __import__(name.removesuffix(".__init__"))
assert "aiobmsble" not in sys.modules  # it takes memory, and is imported with the first pack that needs it
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_what_tests_share_is_in_no_test_module() -> None:
    assert [
        f"{path.relative_to(ROOT).as_posix()} imports {name}"
        for path in TESTS
        for name in sorted(imports(path))
        if any(part.startswith("test_") for part in name.split("."))
    ] == []
