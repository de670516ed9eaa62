"""Build the UI plugin: a JSON file with the pages and their translations as a Qt resource.

gui-v2 reads ``/data/apps/enabled/*/gui-v2/*.json``. It shows a page of type 1 under Settings > Integrations >
UI Plugins, one of type 2 as the last row of each device whose ``/ProductId`` is that of the page.
"""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gx import qt, translations

HERE = Path(__file__).parent
PAGES = HERE / "qml"
NAME = "dbus-xbms"
OLDEST_GUI = "v1.2.33"  # of Venus OS v3.70, the first with UI plugins
BATTERY, BANK = "0xBA58", "0xBA59"  # /ProductId of a pack and of a bank, without leading zeros
SOURCES = (".qml", ".js", ".svg", ".png")

# gui-v2 looks the titles up in the translations, without a context.
INTEGRATIONS: tuple[dict[str, Any], ...] = (
    {"type": 1, "url": f"qrc:/{NAME}/Settings.qml"},
    {"type": 2, "productId": BATTERY, "title": "Cells and limits", "url": f"qrc:/{NAME}/Cells.qml"},
    {"type": 2, "productId": BANK, "title": "Packs of the bank", "url": f"qrc:/{NAME}/Bank.qml"},
)


def plugin(version: str) -> bytes:
    """Return the plugin: the same bytes for the same sources, wherever and whenever it is built."""
    content = {
        "name": NAME,
        "version": version,
        "minRequiredVersion": OLDEST_GUI,
        "maxRequiredVersion": "",
        "translations": [f"qrc:/{NAME}/{name}" for name in translations.compiled_names()],
        "integrations": INTEGRATIONS,
        "resource": base64.b64encode(resource()).decode(),
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def resource() -> bytes:
    """Return the pages and the translations as a binary Qt resource under ``:/dbus-xbms``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = sorted(path for path in PAGES.iterdir() if path.suffix in SOURCES)
        for path in pages:
            shutil.copyfile(path, folder / path.name)
        names = [*(path.name for path in pages), *translations.compile_into(folder)]
        (folder / "pages.qrc").write_text(_listed(names))
        # Format 1 has no dates; zlib is what every build of gui-v2 can read.
        options = (
            "--binary",
            "--format-version",
            "1",
            "--compress-algo",
            "zlib",
            "--compress",
            "9",
            "--threshold",
            "10",
        )
        qt.run("rcc", *options, "--output", "pages.rcc", "pages.qrc", within=folder)
        return (folder / "pages.rcc").read_bytes()


def _listed(names: Iterable[str]) -> str:
    files = "".join(f"<file>{name}</file>\n" for name in names)
    return f'<RCC>\n<qresource prefix="/{NAME}">\n{files}</qresource>\n</RCC>\n'
