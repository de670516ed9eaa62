"""The trees of a release: what is installed, and the wrappings in which it comes to a GX."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle.sbom import bill
from bundle.tree import File, Tree, checksums, read, text, under
from bundle.vendor import Library

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent

OLDEST_VENUS = "v3.60"  # the first with Python 3.12
PROGRAM = ("**/*.py", "**/*.json")


def release(version: str, libraries: Sequence[Library], time: int) -> dict[str, File]:
    """What install.sh installs; it is part of it."""
    tree = {
        **under("dbus_xbms", read(ROOT / "dbus_xbms", *PROGRAM)),
        **under("service", read(ROOT / "service")),
        **under("bin", read(HERE / "bin")),
        **under("vendor", {path: file for library in libraries for path, file in library.files.items()}),
        **under("LICENSES", _licences(libraries)),
        **installer(),
        "VERSION": text(f"{version}\n"),
        "sbom.cdx.json": bill(version, libraries, time),
    }
    return {**tree, "SHA256SUMS": checksums(tree)}


def installer() -> dict[str, File]:
    """install.sh, which also works alone: it downloads the rest then."""
    return read(ROOT, "install.sh")


def for_usb(version: str, tree: Tree) -> dict[str, File]:
    """A release on a stick: Venus runs the hooks in rc/ and unpacks all else into /data."""
    hooks = read(HERE / "usb", "p*-hook.sh")
    return {
        **under("rc", {**hooks, "VERSION": text(f"{version}\n")}),
        **under("apps/dbus-xbms.new", tree),
    }


def removal() -> dict[str, File]:
    """An archive for a stick that removes what is installed."""
    return {"rc/pre-hook.sh": read(HERE / "usb")["remove.sh"]}


def for_setuphelper(version: str, tree: Tree, owner: str) -> dict[str, File]:
    """A package of SetupHelper, as its PackageManager takes it from the branch "dist" of ``owner``."""
    return {
        **read(HERE / "setuphelper"),
        "version": text(f"v{version}\n"),
        "gitHubInfo": text(f"{owner}:dist\n"),
        "firstCompatibleVersion": text(f"{OLDEST_VENUS}\n"),
        **under("release", tree),
    }


def _licences(libraries: Sequence[Library]) -> dict[str, File]:
    own = {"dbus-xbms.txt": File(content=(ROOT / "LICENSE").read_bytes())}
    return own | {f"{library.name}.txt": File(content=library.licence_text) for library in libraries}
