"""What an owner is asked on a terminal, and what they have to agree to before charge control changes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import Known, title
from dbus_xbms.commands.saying import folded, say
from dbus_xbms.policy.advice.consequences import Consequence, Packs, willing
from dbus_xbms.process.interrupt import asking
from dbus_xbms.text import LINE, printable

ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "": False}

Judge = Callable[[], Awaitable[list[Consequence]]]


def asks() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


async def agreed(known: Known, judge: Judge, question: str, *, yes: bool) -> None:
    """Let the owner agree to a change, and judge it anew if the packs were changed while they were asked.

    Args:
        known: the packs.
        judge: what the change brings about with the packs as they are known now; raises if it is refused.
        question: as for :func:`agree`.
        yes: as for :func:`agree`.

    Raises:
        CommandError: they do not agree, or cannot be asked.
    """
    found = await judge()
    while agree(found, question, yes=yes):
        told, packs = found, known.packs
        await known.read()
        if known.packs == packs or (found := await judge()) == told:
            return
        say("Meanwhile another program has changed the settings:")


def agree(found: Sequence[Consequence], question: str, *, yes: bool) -> bool:
    """Say what a change brings about, and ask before it is made where that is needed.

    Returns whether the owner was asked.

    Args:
        found: what it brings about.
        question: what is asked, without its question mark: "Remove House bank".
        yes: the owner has agreed beforehand.

    Raises:
        CommandError: they do not agree, or cannot be asked.
    """
    must_ask = any(one.ask for one in found) and not yes
    if must_ask and not asks():
        words = "; ".join(printable(one.words, LINE) for one in found)
        raise CommandError(f"{words}; if that is what you want, add --yes")
    for one in found:
        say(f"{printable(one.words, LINE)}.")
    if must_ask and not affirmed(f"{printable(question, LINE)}? yes or no [no]: "):
        raise CommandError("nothing was changed")
    return must_ask


def refuse_second(before: Packs, after: Packs, address: str) -> None:
    """Let no pack become the second one that may control.

    Raises:
        CommandError: it would.
    """
    others = [other for other in willing(after) if other != address]
    if address in willing(before) or address not in willing(after) or not others:
        return
    name = title(others[0], after[others[0]])
    raise CommandError(
        f"{name} controls chargers already, and only one pack can; "
        f"to change that: dbus-xbms set {quoted(name)} Control 0"
    )


def quoted(name: str) -> str:
    """A name as one word of a command line."""
    plain = all(character.isalnum() or character in " -_.:" for character in name)
    return f'"{name}"' if plain and " " in name else shlex.quote(name)


def to_paste(words: str, name: str) -> str:
    """What the service says of any pack, its commands written out for one of this name."""
    return words.replace("to allow it: set PACK", f"to allow it: dbus-xbms set {quoted(name)}")


def affirmed(question: str) -> bool:
    """Whether the owner says yes; Enter is a no, and what is neither is asked again."""
    while (given := answer(question).lower()) not in ANSWERS:
        say("Please answer yes or no.")
    return ANSWERS[given]


def answer(question: str) -> str:
    """What the owner types.

    Raises:
        CommandError: they end the input instead, or type bytes that are not text.
    """
    try:
        with asking():
            *above, last = folded(question.rstrip()).split("\n")
            say("\n".join(above))
            return input(f"{last} ").strip()
    except (EOFError, UnicodeDecodeError) as err:
        print()
        raise CommandError("no answer was given; nothing was changed") from err
