"""`watch` on a terminal: the packs as a full screen, until the owner quits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dbus_xbms.commands.batteries import Batteries
from dbus_xbms.commands.screen.frame import frame
from dbus_xbms.commands.screen.glyphs import Glyphs
from dbus_xbms.commands.screen.keys import pressed
from dbus_xbms.commands.screen.reading import number, spread
from dbus_xbms.commands.screen.scene import NOTHING, Absent, Scene, Trends, View
from dbus_xbms.commands.screen.terminal import Terminal, glyphs
from dbus_xbms.commands.table import Battery

REDRAW = 0.5  # s between two pictures at least, unless a key was pressed
CLOCK = 1.0  # s between two pictures at most

Choose = Callable[[list[Battery]], list[Battery]]


@dataclass(slots=True, kw_only=True)
class Screen:
    """What the screen shows besides the packs themselves; whoever knows it sets it."""

    caption: Callable[[], str] = lambda: ""
    absent: Sequence[Absent] = ()
    nothing: str = NOTHING
    trends: dict[str, Trends] = field(default_factory=dict)

    def scene(self, packs: list[Battery], *, running: bool, keys: bool, chars: Glyphs) -> Scene:
        """All that is to be seen now."""
        for pack in packs:
            kept = self.trends.setdefault(pack.service, Trends())
            kept.current.add(None if pack.gone else number(pack, "/Dc/0/Current"), time.monotonic())
            kept.spread.add(None if pack.gone else spread(pack), time.monotonic())
        return Scene(
            clock=time.strftime("%H:%M:%S"),
            service="service running" if running else "service stopped",
            well=running,
            packs=packs,
            absent=self.absent,
            nothing=self.nothing,
            trends=self.trends,
            caption=self.caption(),
            keys=keys,
            glyphs=chars,
        )


async def show_screen(live: Batteries, choose: Choose, screen: Screen, *, seconds: float | None) -> None:
    """Draw until the owner quits, or for so many seconds."""
    urgent = asyncio.Event()

    def woken() -> None:
        urgent.set()
        live.changed.set()

    terminal, view = Terminal(woken), View()
    chars = glyphs()
    with terminal.shown():
        try:
            async with asyncio.timeout(seconds):
                while True:
                    urgent.clear()
                    live.changed.clear()
                    scene = screen.scene(
                        choose(live.packs), running=live.running, keys=terminal.reads_keys, chars=chars
                    )
                    keys, terminal.keys = terminal.keys, []
                    for key in keys:
                        after = pressed(scene, view, key)
                        if after is None:
                            return
                        size = terminal.size
                        view = frame(scene, after, size.columns, size.lines).view
                    size = terminal.size
                    picture = frame(scene, view, size.columns, size.lines)
                    view = picture.view
                    terminal.draw(picture.lines, size)
                    await _wait(urgent, REDRAW)
                    await _wait(live.changed, CLOCK - REDRAW)
        except TimeoutError:
            pass


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, or so long."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
