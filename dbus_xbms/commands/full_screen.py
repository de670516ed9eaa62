"""`watch` on a terminal: show the packs full-screen until the owner quits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.members import chosen, with_members
from dbus_xbms.commands.pack_contact import NONE_ENABLED
from dbus_xbms.commands.screen.frame import Frame, frame
from dbus_xbms.commands.screen.glyphs import Glyphs
from dbus_xbms.commands.screen.keys import pressed
from dbus_xbms.commands.screen.reading import aged, known_to, number, spread
from dbus_xbms.commands.screen.scene import Absent, Scene, Trends, View
from dbus_xbms.commands.screen.terminal import Terminal, glyphs
from dbus_xbms.commands.session import stopped
from dbus_xbms.commands.table import Battery
from dbus_xbms.contact import Contact
from dbus_xbms.dbus import NoAnswer

REDRAW = 0.5  # s, minimum between redraws, unless a key was pressed
CLOCK = 1.0  # s, maximum between redraws
ASK = 1.0  # s between calls to the service for the contacts
WAITING = "waiting for the service"


@dataclass(slots=True, kw_only=True)
class Screen:
    """State of the full screen besides the packs on the bus."""

    wanted: frozenset[str] | None = None  # addresses, ``bank1`` for a bank with its packs; None: all
    names: Mapping[str, str] = field(default_factory=dict)  # of packs that are not on the bus, by address
    caption: Callable[[], str] = lambda: ""
    contacts: dict[str, Contact] | None = None  # by address; None: not known yet
    answers: bool = True  # whether the service answered the last call
    answered: float = 0.0  # s, time of the last answer
    now: Callable[[], float] = time.monotonic
    trends: dict[str, Trends] = field(default_factory=dict)

    async def ask(self, live: Batteries) -> None:
        """Call the service for the contacts every second until cancelled."""
        while True:
            try:
                self.contacts = await live.contacts()
                self.answers, self.answered = True, self.now()
            except NoAnswer:
                self.answers = False
            await asyncio.sleep(ASK)

    def scene(self, live: Batteries, *, keys: bool, chars: Glyphs) -> Scene:
        """Return everything that can be shown now."""
        known = self.contacts or {}
        wanted = with_members(self.wanted, live.banks)
        banks = self._present(live, chosen(live.banks, wanted))
        packs = aged(self._present(live, chosen(live.packs, wanted)), known, self.now() - self.answered)
        self._record([*banks, *packs])
        present = {pack.address for pack in packs}
        absent = [
            Absent(name=self.names.get(address, address), address=address)
            for address in sorted(known)
            if address not in present and (wanted is None or address in wanted)
        ]
        return Scene(
            clock=time.strftime("%H:%M:%S"),
            service=self._service(live.running),
            healthy=live.running and self.answers,
            stale=live.running and not self.answers,
            banks=banks,
            packs=packs,
            absent=absent,
            contacts=known,
            nothing=f"Nothing to show: {self._nothing(live.running)}.",
            trends=self.trends,
            caption=self.caption(),
            keys=keys,
            glyphs=chars,
        )

    def _present(self, live: Batteries, shown: list[Battery]) -> list[Battery]:
        """Return batteries without those that have left the bus for good."""
        reported = live.running and self.answers and self.contacts is not None
        return known_to(self.contacts or {}, shown) if reported else shown

    def _service(self, running: bool) -> str:
        if not running:
            return "service stopped"
        return "service running" if self.answers else "service not answering"

    def _nothing(self, running: bool) -> str:
        if not running:
            return stopped()
        if self.contacts is None:
            return WAITING if self.answers else "the service does not answer"
        return NONE_ENABLED if not self.contacts else "the service does not know these packs"

    def _record(self, packs: Iterable[Battery]) -> None:
        now = self.now()
        for pack in packs:
            kept = self.trends.setdefault(pack.service, Trends())
            kept.current.add(None if pack.gone else number(pack, "/Dc/0/Current"), now)
            kept.spread.add(None if pack.gone else spread(pack), now)


async def show_screen(live: Batteries, screen: Screen, *, seconds: float | None) -> None:
    """Draw until the owner quits, or for ``seconds``."""
    urgent = asyncio.Event()

    def wake() -> None:
        urgent.set()
        live.changed.set()

    terminal = Terminal(wake)
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(screen.ask(live))
        with terminal.shown():
            try:
                async with asyncio.timeout(seconds):
                    await _draw(live, screen, terminal, urgent)
            except TimeoutError:
                pass
        asking.cancel()


async def _draw(live: Batteries, screen: Screen, terminal: Terminal, urgent: asyncio.Event) -> None:
    view, chars = View(), glyphs()
    while True:
        urgent.clear()
        live.changed.clear()
        scene = screen.scene(live, keys=terminal.reads_keys, chars=chars)
        keys, terminal.keys = terminal.keys, []
        image = _after(scene, view, keys, terminal)
        if image is None:
            return
        view = image.view
        terminal.draw(image.lines, terminal.size)
        await _wait(urgent, REDRAW)
        await _wait(live.changed, CLOCK - REDRAW)


def _after(scene: Scene, view: View, keys: Iterable[str], terminal: Terminal) -> Frame | None:
    """Return the frame after some keys, or ``None`` to quit."""
    size = terminal.size
    image = frame(scene, view, size.columns, size.lines)
    for key in keys:
        following = pressed(scene, image.view, key, image.screenful)
        if following is None:
            return None
        image = frame(scene, following, size.columns, size.lines)
    return image


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but at most ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
