"""What there is to be seen, and what the owner looks at. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbus_xbms.commands.screen.glyphs import BLOCKS, Glyphs
from dbus_xbms.commands.screen.trend import Trend
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact

NOTHING = "No pack is on the bus yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The last minutes of a pack."""

    current: Trend = field(default_factory=Trend)  # A
    spread: Trend = field(default_factory=Trend)  # V between the highest and the lowest cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A pack that was added and is not on the bus."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that is known at one moment."""

    clock: str = ""  # "10:42:07"
    service: str = "service running"
    well: bool = True  # whether that is as it should be
    stale: bool = False  # whether the packs are as they were when the service was last heard
    packs: Sequence[Battery] = ()
    absent: Sequence[Absent] = ()
    contacts: Mapping[str, Contact] = field(default_factory=dict)  # by address, as the service says
    nothing: str = NOTHING  # said when there is neither
    trends: Mapping[str, Trends] = field(default_factory=dict)  # by service
    caption: str = ""  # what somebody has to say besides
    keys: bool = True  # whether keys are read
    glyphs: Glyphs = BLOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the owner looks at."""

    selected: str = ""  # what the mark is at, one of `places`; "": the first
    opened: bool = False  # the page of that pack, else all packs
    helping: bool = False
    top: int = 0  # first line of the page that is shown
    help_top: int = 0  # the same of the help


def places(scene: Scene) -> list[str]:
    """What the mark can be at: the packs on the bus by their services, then the others by their addresses."""
    return [*(pack.service for pack in scene.packs), *(pack.address for pack in scene.absent)]


def contact_of(scene: Scene, pack: Battery | Absent) -> Contact | None:
    """How the contact with a pack is, if there is something to explain."""
    contact = scene.contacts.get(pack.address)
    return None if contact is None or contact.well else contact


def index_of(scene: Scene, view: View) -> int:
    """The place of the mark; 0 if what it was at is not there."""
    known = places(scene)
    return known.index(view.selected) if view.selected in known else 0
