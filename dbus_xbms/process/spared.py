"""Keep modules out of memory that libraries import and of which the program uses nothing."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

OPENSSL = ("ssl", "_hashlib")  # modules that load it: 5 MB; asyncio and hashlib work without

# Modules that are imported when they are first used, and placeholders for the names that libraries take from
# them before that. Together they take 1.9 MB.
POSTPONED: dict[str, dict[str, object]] = {
    "ast": {"NodeVisitor": object},  # for `inspect`, which cannot find the source of a class without it
    "bluetooth_adapters": {"load_history_from_managed_objects": None},  # for bleak-retry-connector
    "hashlib": {},  # for dbus-fast, which reads introspection with it
    "ipaddress": {},  # for `urllib.parse`, which checks addresses with it
    "locale": {},  # for `subprocess`, which decodes text with it
    "xml.etree.ElementTree": {"Element": object},  # for dbus-fast, as an annotation and as hashlib
}


def spare() -> None:
    """Leave OpenSSL out, and postpone what is rarely used. What is already imported stays as it is."""
    if find_spec("_md5"):  # an interpreter may be built without its own hashes
        for name in OPENSSL:
            sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    for name in POSTPONED:
        if name not in sys.modules and (spec := find_spec(name)):
            _postpone(spec)


def _postpone(spec: ModuleSpec) -> None:
    module = module_from_spec(spec)
    module.__class__ = _Postponed
    sys.modules[spec.name] = module
    package, _, name = spec.name.rpartition(".")
    if package:
        setattr(sys.modules[package], name, module)


class _Postponed(ModuleType):
    """A module that is executed when a name is taken from it that has no placeholder."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for some
            raise AttributeError(name)
        placeholders = POSTPONED[self.__name__]
        if name in placeholders:
            return placeholders[name]
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec = self.__spec__
        assert spec
        assert spec.loader
        spec.loader.exec_module(self)
        return getattr(self, name)
