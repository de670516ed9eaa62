"""Modules that are not imported, or only when they are first used."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dbus_xbms.process.spared import POSTPONED

BARE = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # which imports many
START = """
import sys
sys.argv = ["dbus-xbms", "run", "--help"]
from dbus_xbms.__main__ import main
try:
    main()
except SystemExit:
    pass
assert "dbus_xbms.app" in sys.modules
"""


def run(script: str) -> str:
    """Return what a script prints, run after everything that the service imports was imported."""
    done = subprocess.run(
        [sys.executable, "-c", START + script], capture_output=True, text=True, timeout=60, env=BARE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("usage:")[-1]


def test_the_service_does_without_openssl_in_memory_and_hashlib_works() -> None:
    hashed = "import hashlib; hashlib.sha256(b'as before')\n"
    assert run(hashed + "print('libcrypto' in open('/proc/self/maps').read())").endswith("False\n")


def test_the_service_imports_what_it_postpones_only_if_something_else_does() -> None:
    script = "print(sorted(name for name, one in sys.modules.items() if type(one).__name__ == '_Postponed'))"
    postponed = run(script).splitlines()[-1]
    assert "'bluetooth_adapters'" in postponed
    assert "'xml.etree.ElementTree'" in postponed


@pytest.mark.parametrize(
    "use",
    [
        "import ast; ast.literal_eval('1')",
        "import ast; ast.NodeVisitor",
        "from ast import NodeTransformer; assert issubclass(NodeTransformer, __import__('ast').NodeVisitor)",
        "import ipaddress; ipaddress.ip_address('10.0.0.1')",
        "import locale; locale.getlocale()",
        "import xml.etree.ElementTree as ET; assert ET.fromstring('<node/>').tag == 'node'",
        "from bluetooth_adapters import get_adapters",
        "import inspect, textwrap; assert inspect.getsource(textwrap.fill).startswith('def fill')",
    ],
)
def test_what_is_postponed_works_when_it_is_used(use: str) -> None:
    run(use)


def test_dbus_fast_reads_introspection_with_what_is_postponed() -> None:
    script = """
from dbus_fast import introspection
node = introspection.Node.parse('<node><interface name="a.b"><method name="C"/></interface></node>')
assert [method.name for method in node.interfaces[0].methods] == ["C"]
assert introspection.Node.parse(node.tostring()).interfaces[0].name == "a.b"
"""
    run(script)


def test_the_service_imports_what_banks_need_only_with_a_bank() -> None:
    run("assert 'dbus_xbms.bank.banks' in sys.modules")
    run("assert not {'dbus_xbms.bank.bank', 'dbus_xbms.policy.bank.engine'} & set(sys.modules)")


def test_the_service_would_import_every_module_that_is_postponed() -> None:
    script = f"import dbus_xbms.commands.run, sys; sys.exit(bool({set(POSTPONED)} - set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, env=BARE).returncode == 0
