"""The content of the screen, and what the owner has selected. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbus_xbms.commands.members import Member, members
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
    """A pack that was added, or belongs to a bank, and is not on the bus."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A bank or a pack in the list, with its place in a bank if it has one."""

    shown: Battery | Absent
    member: Member | None = None

    @property
    def key(self) -> str:
        """The service of one on the bus, else the address."""
        return self.shown.service if isinstance(self.shown, Battery) else self.shown.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that can be shown at one moment."""

    clock: str = ""  # "10:42:07"
    service: str = "service running"
    healthy: bool = True  # whether the service runs and answers
    stale: bool = False  # whether the values are from before the service stopped answering
    banks: Sequence[Battery] = ()
    packs: Sequence[Battery] = ()
    absent: Sequence[Absent] = ()
    contacts: Mapping[str, Contact] = field(default_factory=dict)  # by address, as the service reports them
    nothing: str = NOTHING  # text without packs
    trends: Mapping[str, Trends] = field(default_factory=dict)  # by service
    caption: str = ""  # text above the packs
    keys: bool = True  # whether keys are read
    glyphs: Glyphs = BLOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the owner has selected."""

    selected: str = ""  # position of the mark, one of `places`; "": the first
    opened: bool = False  # shows the page of that bank or pack, else the list
    helping: bool = False
    top: int = 0  # first visible line of the page
    help_top: int = 0  # first visible line of the help


def entries(scene: Scene) -> list[Entry]:
    """Return the list: each bank with its packs below it, the other packs on the bus, then the rest."""
    packs: tuple[Battery | Absent, ...] = (*scene.packs, *scene.absent)
    known = {one.address: one for one in packs}
    listed: list[Entry] = []
    placed: set[str] = set()
    for bank in scene.banks:
        listed.append(Entry(shown=bank))
        for member in members(bank, scene.packs):
            address = member.address
            if address and address not in placed:
                placed.add(address)
                absent = Absent(name=member.name, address=address)
                listed.append(Entry(shown=known.get(address, absent), member=member))
    return [*listed, *(Entry(shown=one) for one in packs if one.address not in placed)]


def places(scene: Scene) -> list[str]:
    """Return the positions of the mark, in the order of the list."""
    return [entry.key for entry in entries(scene)]


def contact_of(scene: Scene, pack: Battery | Absent) -> Contact | None:
    """Return the contact with a pack if it needs an explanation, else ``None``."""
    contact = scene.contacts.get(pack.address)
    return None if contact is None or contact.well else contact


def index_of(scene: Scene, view: View) -> int:
    """Return the index of the mark; 0 if its position no longer exists."""
    known = places(scene)
    return known.index(view.selected) if view.selected in known else 0
