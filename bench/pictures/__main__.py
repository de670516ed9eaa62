"""Draw pictures of `watch` from the demo on a simulated terminal, and write them to docs/."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.pictures.drawing import drawing
from bench.pty import OnTerminal, on_terminal

DOCS = Path(__file__).parents[2] / "docs"
TREND = 90.0  # s of current and spread that the pictures show


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: size, keys, and a text that the complete screen shows."""

    file: str
    title: str
    size: tuple[int, int]
    keys: str
    shows: str


PICTURES = (
    Picture(
        file="watch.svg",
        title="dbus-xbms watch: two packs, one of which controls, and the page of the first",
        size=(100, 28),
        keys="",
        shows="link connected",
    ),
    Picture(
        file="watch-pack.svg",
        title="dbus-xbms watch: the page of a pack with 16 cells",
        size=(80, 25),
        keys="2",
        shows="alarms none",
    ),
    Picture(
        file="watch-phone.svg",
        title="dbus-xbms watch on a phone with 40 columns",
        size=(40, 34),
        keys="\x1b[H1",
        shows="alarms none",
    ),
)


async def take(terminal: OnTerminal, picture: Picture) -> None:
    """Bring the screen to the state of a picture, and save it."""
    terminal.resize(*picture.size)
    terminal.type(picture.keys)
    await terminal.shows(picture.shows)
    (DOCS / picture.file).write_text(drawing(terminal.screen, picture.title))
    print(f"docs/{picture.file}")


async def main() -> int:
    """Run the demo and take all pictures."""
    async with on_terminal("demo", size=PICTURES[0].size) as terminal:
        await terminal.shows("DCL")
        print(f"{TREND:g} s for the sparklines ...", file=sys.stderr)
        await asyncio.sleep(TREND)
        for picture in PICTURES:
            await take(terminal, picture)
        terminal.type("q")
        return await terminal.ended() or 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
