"""The files of a release: those to install, and packages of them for USB sticks and SetupHelper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from bundle.origin import Origin, signed
from bundle.sbom import bill
from bundle.tree import File, Tree, checksums, read, text, under
from bundle.vendor import Library
from gx import build as gx

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent

OLDEST_VENUS = "v3.60"  # the first with Python 3.12
PROGRAM = ("**/*.py", "**/*.bash")
# The simulator and the commands that need it run only on other computers.
NOT_ON_A_GX = ("simulator/*", "commands/demo.py", "commands/simulate.py", "commands/stories.py")
PAGES = ("README.md", "docs/*.md")  # without pictures, to save space
SERVICE = (
    "packs.sh",
    "pages.sh",
    "venus.sh",
    "dbus-xbms/**/*",
)  # the others are for machines without Venus OS


def release(version: str, libraries: Sequence[Library], time: int, origin: Origin) -> dict[str, File]:
    """Return the files that install.sh installs, including itself."""
    tree = {
        **under("dbus_xbms", _program()),
        **under("service", read(ROOT / "service", *SERVICE)),
        **under("bin", read(HERE / "bin")),
        **under("vendor", {path: file for library in libraries for path, file in library.files.items()}),
        **under("LICENSES", _licences(libraries)),
        f"gui-v2/{gx.NAME}.json": File(
            content=gx.plugin(version)
        ),  # where Venus looks for it, in another folder
        **read(ROOT, *PAGES),
        **installer(origin),
        "VERSION": text(f"{version}\n"),
        "sbom.cdx.json": bill(version, libraries, time),
    }
    if origin.key:
        tree["release-key.pub"] = text(f"{origin.key}\n")
    return signed({**tree, "SHA256SUMS": checksums(tree)}, origin)


def _program() -> dict[str, File]:
    files = read(ROOT / "dbus_xbms", *PROGRAM)
    return {
        path: file
        for path, file in files.items()
        if not any(fnmatch(path, pattern) for pattern in NOT_ON_A_GX)
    }


def installer(origin: Origin) -> dict[str, File]:
    """Return install.sh with the download address and the signing key; it also works on its own."""
    (name, script), *_ = read(ROOT, "install.sh").items()
    content = script.content.decode()
    for row, value in (("DOWNLOADS", origin.downloads), ("KEY", origin.key)):
        empty = f"\n{row}=''\n"
        assert content.count(empty) == 1, row
        content = content.replace(empty, f"\n{row}='{value}'\n")
    return {name: replace(script, content=content.encode())}


def for_usb(version: str, tree: Tree) -> dict[str, File]:
    """Return a release for a USB stick: Venus runs the hooks in rc/ and unpacks the rest into /data."""
    hooks = read(HERE / "usb", "p*-hook.sh")
    return {
        **under("rc", {**hooks, "VERSION": text(f"{version}\n")}),
        **under("apps/dbus-xbms.new", tree),
    }


def removal() -> dict[str, File]:
    """Return the files for a USB stick that uninstalls the program."""
    return {"rc/pre-hook.sh": read(HERE / "usb")["remove.sh"]}


def for_setuphelper(version: str, tree: Tree, origin: Origin) -> dict[str, File]:
    """Return a package for SetupHelper, whose PackageManager downloads it from the branch "dist"."""
    return {
        **read(HERE / "setuphelper"),
        "version": text(f"v{version}\n"),
        "gitHubInfo": text(f"{origin.owner}:dist\n"),
        "firstCompatibleVersion": text(f"{OLDEST_VENUS}\n"),
        **under("release", tree),
    }


def _licences(libraries: Sequence[Library]) -> dict[str, File]:
    own = {"dbus-xbms.txt": File(content=(ROOT / "LICENSE").read_bytes())}
    return own | {f"{library.name}.txt": File(content=library.licence_text) for library in libraries}
