"""Draw pages of the GX touch screen with the stand-in of the tests, and write them to docs/.

The values come from the tables of the services. The same sources give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from bench.pictures.gx_boat import SCANNING, added, house
from dbus_xbms.settings.paths import pack_path
from tests.gx import packs
from tests.gx.menu import NEW, SETTINGS
from tests.gx.screen import Screen, shown
from tests.gx.services import Service, Value, battery

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: the page, the services on the bus, and what is tapped before it is taken."""

    file: str
    page: str
    shows: str  # a text on it
    services: tuple[Service, ...]  # of a device page: its device first
    properties: Mapping[str, Value] = field(default_factory=dict)  # of a page that another one opens
    tap: Callable[[Screen], None] | None = None


PICTURES = (
    Picture(file="gx-add.png", page="DiscoveredPage.qml", shows="12 s left", services=SCANNING),
    Picture(
        file="gx-new-pack.png",
        page="NewPackPage.qml",
        shows="Workshop",
        services=added(),
        properties={"address": NEW},
    ),
    Picture(
        file="gx-control.png",
        page="PackPage.qml",
        shows="Controls charging",
        services=added(),
        properties={"address": NEW},
        tap=lambda screen: screen.choose("Control", 1),
    ),
    Picture(file="gx-cells.png", page="Cells.qml", shows="4 max", services=(battery(packs.HEALTHY),)),
    Picture(
        file="gx-switching.png",
        page="PackSwitchingPage.qml",
        shows="OK",
        services=added(AllowMosfetControl=1),
        properties={"base": f"dbus/{SETTINGS}{pack_path(NEW, '')}".rstrip("/")},
        tap=lambda screen: screen.tap("Allow turning discharging off"),
    ),
    Picture(file="gx-bank.png", page="Bank.qml", shows="57 % of the current", services=(house(),)),
)


def drawn(picture: Picture) -> QImage:
    """Return a picture of a 5-inch screen, in 256 colours: a file of a quarter of the size."""
    with opened(picture) as screen:
        if picture.tap:
            picture.tap(screen)
        if screen.problems or picture.shows not in screen.texts:
            raise RuntimeError(f"{picture.page}: {screen.problems or screen.texts}")
        exact = Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither
        return screen.picture.convertToFormat(QImage.Format.Format_Indexed8, exact)


def opened(picture: Picture) -> Screen:
    """Return a screen with the page of a picture."""
    if not picture.properties:
        return shown(picture.page, picture.services)
    screen = Screen(*picture.services)
    screen.open(picture.page, **picture.properties)
    return screen


def main() -> int:
    """Take all pictures; return the exit status."""
    for picture in PICTURES:
        if not drawn(picture).save(str(DOCS / picture.file)):
            sys.exit(f"{DOCS / picture.file}: cannot be written")
        print(f"docs/{picture.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
