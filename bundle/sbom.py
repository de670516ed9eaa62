"""The software bill of materials of a release: CycloneDX 1.5, JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bundle.tree import File, text
from bundle.vendor import Library


def bill(version: str, libraries: Sequence[Library], time: int) -> File:
    """Return the bill of materials; ``time``: its date in s since 1970."""
    own = _component("application", "dbus-xbms", version, "MIT")
    parts = [_library(library) for library in libraries]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z"),
            "component": own,
        },
        "components": parts,
        "dependencies": [{"ref": own["bom-ref"], "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    return text(json.dumps(document, indent=2) + "\n")


def _library(library: Library) -> dict[str, Any]:
    return {
        **_component("library", library.name, library.version, library.licence),
        "purl": f"pkg:pypi/{library.name}@{library.version}",
        "hashes": [{"alg": "SHA-256", "content": library.sha256}],  # of the wheel with its files
    }


def _component(kind: str, name: str, version: str, licence: str) -> dict[str, Any]:
    return {
        "type": kind,
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": licence}}],
    }
