"""``python -m pages``: write both; ``--check``: fail if one is not up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from pages import completion, man

ROOT = Path(__file__).parents[1]


def pages() -> Mapping[Path, str]:
    """Return the text of each page by its file."""
    return {
        ROOT / "docs/dbus-xbms.1": man.page(),
        ROOT / "dbus_xbms/dbus-xbms.bash": completion.script(),
    }


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(prog="script/pages", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a page is not up to date"
    )
    args = parser.parse_args()
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is not up to date' if args.check else 'written'}")
        if not args.check:
            path.write_text(pages()[path])
    return int(args.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
