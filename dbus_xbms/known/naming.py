"""Find packs and banks by address, by name, or by the beginning of either. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from dbus_xbms.policy.bank.membership import Banks
from dbus_xbms.record import record
from dbus_xbms.settings import SettingsError, as_address, bank_id
from dbus_xbms.text import LONGEST, listed, printable

PROGRAM = "service"  # in place of a pack: the settings of the service
MOST_NAMED = 8  # candidates in a message; `dbus-xbms list` shows all
SHORTEST_ADDRESS = 2  # characters of the beginning of an address
SHORTEST_BEGINNING = 3  # characters; only longer beginnings are corrected
REMOVED = "removed"  # a note
UNCONFIRMED = "not confirmed"  # a note, of a bank
EXAMPLE = "A4:C1:37:01:02:03"
BANK_ADDRESS = re.compile(r"bank ?[0-9]*")  # of a bank, on the command line; no name may look like it


class UnknownPack(SettingsError):
    """No pack has this name."""


class AmbiguousName(SettingsError):
    """Several packs have this name."""


@record
class Candidate:
    """A pack or a bank with all of its names."""

    address: str  # of a bank: ``bank1``, which nothing else can be called
    given: str = ""  # by its owner
    bank: int | None = None  # number; None: a pack
    others: tuple[str, ...] = ()  # advertised name, product; not trusted: anyone can advertise any name
    note: str = ""  # distinguishes packs with the same name: "removed", "not added"

    @property
    def is_removed(self) -> bool:
        """Whether it was removed, with its settings kept."""
        return self.note == REMOVED

    @property
    def shown(self) -> str:
        """The name that the owner sees."""
        return self.given or next(filter(None, self.others), "")

    @property
    def words(self) -> str:
        """Name, address and note, for a message."""
        name, note = printable(self.shown), f", {self.note}" if self.note else ""
        return f"{name} ({self.address}{note})" if name else f"{self.address}{note and f' ({self.note})'}"


@record(kw_only=False)
class _Names:
    """Case-folded names of a pack, without those that look like an address, which may be another pack's."""

    given: frozenset[str]
    shown: frozenset[str]
    hidden: frozenset[str]
    address: frozenset[str]  # without colons, too


Tier = Callable[[_Names, str], bool]


def _begins(names: Iterable[str], word: str) -> bool:
    return any(name.startswith(word) for name in names)


# From most to least certain; the first tier with a match decides. An advertised name never outranks one
# that the owner gave; if both could be meant, the result is ambiguous.
TIERS: tuple[Tier, ...] = (
    lambda names, word: word in names.given or word in names.address,  # that of a bank
    lambda names, word: word in names.shown or _begins(names.given, word),
    lambda names, word: word in names.hidden,
    lambda names, word: (
        _begins(names.shown, word) or (len(word) >= SHORTEST_ADDRESS and _begins(names.address, word))
    ),
    lambda names, word: _begins(names.hidden, word),
)


def find(word: str, candidates: Iterable[Candidate]) -> Candidate:
    """Return the pack or bank that a word refers to, in any case.

    Raises:
        UnknownPack: no candidate has this name.
        AmbiguousName: several have it.
    """
    packs = list(candidates)
    what = _what(packs)
    if what != "bank" and (address := as_address(word)):  # takes precedence over all names
        known = next((pack for pack in packs if pack.address == address), None)
        if known is None:
            raise UnknownPack(_unknown(f"no pack with the address {address} was added", "", packs))
        return known
    folded = _folded(word)
    named = [(pack, _names(pack)) for pack in packs]
    for tier in TIERS if folded else ():
        matches = [pack for pack, names in named if tier(names, folded)]
        if len(matches) > 1:
            bank = next((f", or {one.address} for the bank" for one in matches if one.bank), "")
            raise AmbiguousName(f"{word!r:.60} could be {_either(matches)}; use the address{bank}")
        if matches:
            return matches[0]
    raise UnknownPack(_unknown(f"no {what} is called {word!r:.60}", folded, packs))


def _what(candidates: Sequence[Candidate]) -> str:
    banks = sum(one.bank is not None for one in candidates)
    if not banks:
        return "pack"
    return "bank" if banks == len(candidates) else "pack or bank"


def bank_candidates(banks: Banks) -> list[Candidate]:
    """Return banks with their names: the owner's, ``bank1``, ``1`` and ``Bank 1``."""
    return [
        Candidate(
            address=f"bank{number}",
            given=bank.custom_name,
            others=(f"Bank {number}", str(number), bank_id(number)),
            bank=number,
            note="" if bank.enabled else UNCONFIRMED,
        )
        for number, bank in sorted(banks.items())
    ]


def called(name: str, candidates: Iterable[Candidate]) -> Candidate | None:
    """Return the pack to which the owner gave exactly this name, or ``None``."""
    folded = _folded(name)
    return next((pack for pack in candidates if folded and _folded(pack.given) == folded), None)


def name_refusal(name: str, address: str, candidates: Iterable[Candidate]) -> str:
    """Return why a pack or a bank cannot have this name, or empty."""
    if not name:
        return ""
    if what := _reserved(name):
        return f"{name!r:.60} {what}; choose another name"
    if printable(name) != name or name != name.strip():
        return f"a name has up to {LONGEST} printable characters, not {name!r:.60}"
    taken = called(name, (pack for pack in candidates if pack.address != address))
    return f"{taken.words} already has this name; choose another" if taken else ""


def _reserved(name: str) -> str:
    """Return what a name means to the program, or empty."""
    if _folded(name) == PROGRAM:
        return "is reserved for the settings of the service"
    if BANK_ADDRESS.fullmatch(_folded(name)):
        return "is reserved for banks"
    return "is an address" if as_address(name) else ""


def nearest(word: str, words: Iterable[str], most: int = 3) -> list[str]:
    """Return up to ``most`` words that are similar to a mistyped one, the most similar first."""
    folded = _folded(word)
    if not folded:
        return []
    limit = max(1, len(folded) // 3)
    rated = [(_difference(folded, _folded(other)), other) for other in words]
    # A part of a word is similar too: "chargecurrent" for MaxChargeCurrent.
    close = [
        (rating, other)
        for rating, other in rated
        if min(rating) <= limit or (len(folded) > SHORTEST_BEGINNING and folded in _folded(other))
    ]
    return [other for _, other in sorted(close)[:most]]


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return "; did you mean ...?" to end a message with, or empty if nothing is similar."""
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
    """Return the message for an unknown name: similar names and the known packs."""
    form = f" (addresses look like {EXAMPLE})" if folded and _what(packs) != "bank" else ""
    if not packs:
        return f"{begin}{form}; `dbus-xbms scan` lists those in range"
    hint = did_you_mean(folded, {pack.shown for pack in packs if pack.shown})
    names = ", ".join(pack.words for pack in packs[:MOST_NAMED])
    more = f" and {len(packs) - MOST_NAMED} more" if len(packs) > MOST_NAMED else ""
    return f"{begin}{form}{hint or '.'} Known: {names}{more}"


def _either(packs: Sequence[Candidate]) -> str:
    more = [f"{len(packs) - MOST_NAMED} more"] if len(packs) > MOST_NAMED else []
    return listed([*(pack.words for pack in packs[:MOST_NAMED]), *more], "or")


def _difference(word: str, other: str) -> tuple[int, int]:
    """Return the distances to another word, and to its beginning if the word is long enough."""
    whole = _distance(word, other)
    return whole, _distance(word, other[: len(word)]) if len(word) > SHORTEST_BEGINNING else whole


def _distance(left: str, right: str) -> int:
    """Return the number of insertions, deletions, changes and swaps of neighbours between two words."""
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
