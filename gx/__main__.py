"""``python -m gx``: build the UI plugin, or update its translations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dbus_xbms import __version__
from gx import build, qt, translations


def main() -> int:
    """Write the plugin or the translations; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="script/gx-plugin", description="Build the pages of the GX touch screen, a UI plugin of gui-v2."
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("gx/dbus-xbms.json"),
        metavar="FILE",
        help="(gx/dbus-xbms.json)",
    )
    parser.add_argument(
        "--translations",
        action="store_true",
        help="instead, update gx/translations from the pages and list what is not translated",
    )
    args = parser.parse_args()
    try:
        return _update() if args.translations else _build(args.output)
    except (qt.ToolMissing, qt.ToolFailed) as err:
        sys.exit(f"gx-plugin: {err}")


def _build(output: Path) -> int:
    content = build.plugin(__version__)
    output.write_bytes(content)
    print(f"{len(content):8d}  {output}")
    return 0


def _update() -> int:
    translations.update()
    missing = [
        f"{language}: {text}"
        for language in (translations.SOURCE, *translations.LANGUAGES)
        for text in translations.untranslated(language)
    ]
    print("\n".join(missing) if missing else "Every text is translated.")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
