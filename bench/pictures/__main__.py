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


SINGLE = (
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
BANK = (
    Picture(
        file="watch-bank.svg",
        title="dbus-xbms watch: a bank of two packs, its packs below it, and its page",
        size=(100, 27),
        keys="",
        shows="alarms none",
    ),
    Picture(
        file="watch-bank-phone.svg",
        title="dbus-xbms watch: a bank on a phone with 40 columns",
        size=(40, 22),
        keys="",
        shows="Enter open",
    ),
)
PICTURES = (*SINGLE, *BANK)
DEMOS: tuple[tuple[tuple[str, ...], tuple[Picture, ...]], ...] = (  # arguments of the demo, and its pictures
    ((), SINGLE),
    (("--bank",), BANK),
)


async def take(terminal: OnTerminal, picture: Picture) -> None:
    """Bring the screen to the state of a picture, and save it."""
    terminal.resize(*picture.size)
    terminal.type(picture.keys)
    await terminal.shows(picture.shows)
    (DOCS / picture.file).write_text(drawing(terminal.screen, picture.title))
    print(f"docs/{picture.file}")


async def main() -> int:
    """Run the demos one after the other and take all pictures."""
    return max([await run(arguments, pictures) for arguments, pictures in DEMOS])


async def run(arguments: tuple[str, ...], pictures: tuple[Picture, ...]) -> int:
    """Run a demo, take its pictures, and return its exit status."""
    async with on_terminal("demo", *arguments, size=pictures[0].size) as terminal:
        await terminal.shows("DCL")
        print(f"{TREND:g} s for the sparklines ...", file=sys.stderr)
        await asyncio.sleep(TREND)
        for picture in pictures:
            await take(terminal, picture)
        terminal.type("q")
        return await terminal.ended() or 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
