"""The libraries of a release: wheels selected by hash, reduced to the files that a GX runs."""

from __future__ import annotations

import email.parser
import fcntl
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from bundle.tree import File
from pages.makes import LEFT_OUT

LOCK = Path(__file__).with_name("vendor.lock")
ROW = re.compile(r"^([\w-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)

# Files that a GX never runs. `*` also matches slashes.
DROPPED = (
    "*.so",  # for one kind of processor; each has a Python module with the same name
    *("*.pxd", "*.pyi", "*/py.typed"),  # for compilers and type checkers
    *(f"bleak/backends/{system}/*" for system in ("android", "corebluetooth", "p4android", "winrt")),
    *(f"bluetooth_adapters/systems/{system}.py" for system in ("macos", "windows")),
    "dbus_fast/glib/*",  # needs PyGObject
    "aiobmsble/test_data/*",
    "aiobmsble/__main__.py",  # a program of its own
    *(f"aiobmsble/bms/{name}_bms.py" for name in LEFT_OUT),
    "aiooui/oui.data",  # 0.8 MB of vendors' names, which the program never looks up
)
# The only file of a wheel's metadata that is kept; licences go to LICENSES/.
METADATA = "*.dist-info/METADATA"
LICENCE = "*.dist-info/*LICEN[CS]E*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library of the lock file, with the files of its wheel."""

    name: str
    version: str
    sha256: str  # of the wheel
    licence: str  # SPDX identifier
    licence_text: bytes
    files: dict[str, File]


def libraries(cache: Path) -> list[Library]:
    """Return the libraries of the lock file; pip downloads wheels that are not in ``cache``."""
    rows: list[tuple[str, str, str]] = ROW.findall(LOCK.read_text())
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another build may be downloading
        wheels = _by_hash(cache)
        if not {sha256 for _, _, sha256 in rows} <= set(wheels):
            _download(cache)
            wheels = _by_hash(cache)
    return [_library(name, version, sha256, wheels[sha256]) for name, version, sha256 in rows]


def _by_hash(cache: Path) -> dict[str, Path]:
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in cache.glob("*.whl")}


def _download(cache: Path) -> None:
    """Download the wheels of the lock file with pip, from the index that the environment configures."""
    which = ("--python-version=3.12", "--implementation=cp", "--platform=manylinux2014_aarch64")
    options = (
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
    )
    pip = (sys.executable, "-m", "pip", "download")
    with tempfile.TemporaryDirectory(dir=cache) as fetched:
        command = [*pip, *options, *which, "--dest", fetched, "--requirement", str(LOCK)]
        # In its own session Ctrl-C does not reach pip, which would print a traceback while it starts.
        subprocess.run(command, check=True, start_new_session=True)
        for wheel in Path(fetched).glob("*.whl"):
            wheel.replace(cache / wheel.name)  # atomic: never a partial file


def _library(name: str, version: str, sha256: str, wheel: Path) -> Library:
    with zipfile.ZipFile(wheel) as archive:
        members = {path: archive.read(path) for path in archive.namelist() if not path.endswith("/")}
    (metadata,) = (content for path, content in members.items() if fnmatch(path, METADATA))
    headers = email.parser.BytesHeaderParser().parsebytes(metadata)
    return Library(
        name=name,
        version=version,
        sha256=sha256,
        licence=headers["License-Expression"] or headers["License"],
        licence_text=b"\n".join(content for path, content in members.items() if fnmatch(path, LICENCE)),
        files={path: File(content=members[path]) for path in _kept(members)},
    )


def _kept(paths: Iterable[str]) -> list[str]:
    return [
        path
        for path in paths
        if fnmatch(path, METADATA)
        or not (".dist-info/" in path or any(fnmatch(path, pattern) for pattern in DROPPED))
    ]
