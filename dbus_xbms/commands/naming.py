"""Which pack the owner means by a word: an address, a name, or the beginning of one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dbus_xbms.settings import SettingsError, as_address
from dbus_xbms.text import LONGEST, listed, printable

PROGRAM = "service"  # stands in a pack's place for the settings of the whole program
MOST_NAMED = 8  # candidates in one message; `dbus-xbms list` has them all
SHORTEST_ADDRESS = 2  # characters that can stand for the beginning of an address
SHORTEST_BEGINNING = 3  # characters; a mistyped beginning that is longer is recognized
REMOVED = "removed"  # a note
EXAMPLE = "A4:C1:37:01:02:03"


class UnknownPack(SettingsError):
    """No pack has this name."""


class AmbiguousName(SettingsError):
    """Several packs have this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A pack and all that it may be called."""

    address: str
    given: str = ""  # by its owner
    others: tuple[str, ...] = ()  # what it advertises, its product's name: a stranger may choose any
    note: str = ""  # what the owner should know when several are called the same: "removed", "not added"

    @property
    def is_removed(self) -> bool:
        """Whether its settings are kept and it is not read."""
        return self.note == REMOVED

    @property
    def shown(self) -> str:
        """The name under which the owner sees it."""
        return self.given or next(filter(None, self.others), "")

    @property
    def words(self) -> str:
        """Name and address, for a message."""
        name, note = printable(self.shown), f", {self.note}" if self.note else ""
        return f"{name} ({self.address}{note})" if name else f"{self.address}{note and f' ({self.note})'}"


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of one pack, ready to be compared; an address is left out, as it may be another pack's."""

    given: frozenset[str]
    shown: frozenset[str]
    hidden: frozenset[str]
    address: frozenset[str]


Tier = Callable[[_Names, str], bool]


def _begins(names: Iterable[str], word: str) -> bool:
    return any(name.startswith(word) for name in names)


# From the most to the least certain; the first tier with a match decides. A name that a pack advertises
# never outranks one that the owner gave: where the two could both be meant, the owner is asked.
TIERS: tuple[Tier, ...] = (
    lambda names, word: word in names.given,
    lambda names, word: word in names.shown or _begins(names.given, word),
    lambda names, word: word in names.hidden,
    lambda names, word: (
        _begins(names.shown, word) or (len(word) >= SHORTEST_ADDRESS and _begins(names.address, word))
    ),
    lambda names, word: _begins(names.hidden, word),
)


def find(word: str, candidates: Iterable[Candidate]) -> Candidate:
    """The one pack that is meant by a word, in whatever case it is written.

    Raises:
        UnknownPack: no candidate is called so.
        AmbiguousName: several are.
    """
    packs = list(candidates)
    if address := as_address(word):  # whoever is named like it
        known = next((pack for pack in packs if pack.address == address), None)
        if known is None:
            raise UnknownPack(_unknown(f"no pack with the address {address} was added", "", packs))
        return known
    folded = _folded(word)
    named = [(pack, _names(pack)) for pack in packs]
    for tier in TIERS if folded else ():
        matches = [pack for pack, names in named if tier(names, folded)]
        if len(matches) > 1:
            raise AmbiguousName(f"{word!r:.60} may be {_either(matches)}; give the address")
        if matches:
            return matches[0]
    raise UnknownPack(_unknown(f"no pack is called {word!r:.60}", folded, packs))


def called(name: str, candidates: Iterable[Candidate]) -> Candidate | None:
    """The pack to which its owner gave exactly this name, if there is one."""
    folded = _folded(name)
    return next((pack for pack in candidates if folded and _folded(pack.given) == folded), None)


def name_refusal(name: str, address: str, candidates: Iterable[Candidate]) -> str:
    """Why the owner cannot give a pack this name, in words; empty if they can."""
    if not name:
        return ""
    if _folded(name) == PROGRAM or as_address(name):
        what = "stands for the program's own settings" if _folded(name) == PROGRAM else "is an address"
        return f"{name!r:.60} {what}; a pack needs another name"
    if printable(name) != name or name != name.strip():
        return f"a name has up to {LONGEST} printable characters, not {name!r:.60}"
    taken = called(name, (pack for pack in candidates if pack.address != address))
    return f"{taken.words} has that name already; every pack needs its own" if taken else ""


def nearest(word: str, words: Iterable[str], most: int = 3) -> list[str]:
    """Those words that a mistyped one may have meant, the most similar first."""
    folded = _folded(word)
    if not folded:
        return []
    limit = max(1, len(folded) // 3)
    rated = [(_difference(folded, _folded(other)), other) for other in words]
    # Part of a word counts as close, too: "chargecurrent" for MaxChargeCurrent.
    close = [
        (rating, other)
        for rating, other in rated
        if min(rating) <= limit or (len(folded) > SHORTEST_BEGINNING and folded in _folded(other))
    ]
    return [other for _, other in sorted(close)[:most]]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A question to end a message with; empty if nothing is similar."""
    close = nearest(word, words)
    return f"; did you mean {' or '.join(printable(other) for other in close)}?" if close else ""


def _names(pack: Candidate) -> _Names:
    given = _usable([pack.given])
    others = _usable(pack.others)
    digits = pack.address.lower()
    return _Names(
        given,
        frozenset() if given else others,
        others if given else frozenset(),
        frozenset({digits, digits.replace(":", "")}),
    )


def _usable(names: Iterable[str]) -> frozenset[str]:
    return frozenset(_folded(name) for name in names if name.strip() and not as_address(name))


def _folded(text: str) -> str:
    return text.strip().casefold()


def _unknown(begin: str, folded: str, packs: Sequence[Candidate]) -> str:
    """The whole message: what is wrong, what may have been meant, and who there is."""
    form = f" (addresses look like {EXAMPLE})" if folded else ""
    if not packs:
        return f"{begin}{form}; `dbus-xbms scan` shows those in range"
    asked = did_you_mean(folded, {pack.shown for pack in packs if pack.shown})
    there = ", ".join(pack.words for pack in packs[:MOST_NAMED])
    more = f" and {len(packs) - MOST_NAMED} more" if len(packs) > MOST_NAMED else ""
    return f"{begin}{form}{asked or '.'} Known: {there}{more}"


def _either(packs: Sequence[Candidate]) -> str:
    more = [f"{len(packs) - MOST_NAMED} more"] if len(packs) > MOST_NAMED else []
    return listed([*(pack.words for pack in packs[:MOST_NAMED]), *more], "or")


def _difference(word: str, other: str) -> tuple[int, int]:
    """How far a mistyped word is from another, and from its beginning if it is long enough to tell."""
    whole = _distance(word, other)
    return whole, _distance(word, other[: len(word)]) if len(word) > SHORTEST_BEGINNING else whole


def _distance(left: str, right: str) -> int:
    """How many letters to add, drop, change, or swap with their neighbour to make one word of the other."""
    older: list[int] = []
    above = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                least = min(least, older[j - 2] + 1)
            row.append(least)
        older, above = above, row
    return above[-1]
