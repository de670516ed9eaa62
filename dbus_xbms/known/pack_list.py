"""A file with packs to add, one per line: address, name, chemistry. Pure.

It may have been written by any editor: with a byte order mark or not, Windows line ends, UTF-8, UTF-16 or
Windows-1252; separators are commas, semicolons or tabs. Text after ``#`` is a comment.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from dbus_xbms.record import record
from dbus_xbms.settings import PackSettings, SettingsError, Value, normal_address
from dbus_xbms.text import printable

LONGEST = 65_536  # bytes of a file
MOST_LINES = 100  # with packs; a GX cannot serve more
EXAMPLE = "A4:C1:37:01:02:03, House, LiFePO4"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SEPARATORS = re.compile(r"[,;\t]")


@record
class ListedPack:
    """One line that names a pack, or why it cannot be used."""

    number: int  # of the line, from 1
    address: str = ""
    chosen: dict[str, Value]  # settings with their values
    wrong: str = ""  # in words; empty: nothing


def parse(content: bytes) -> list[ListedPack]:
    """Return the lines of a file that are not empty."""
    listed: list[ListedPack] = []
    for number, text in _lines(content):
        if len(listed) == MOST_LINES:
            listed.append(_wrong(number, f"only the first {MOST_LINES} packs are read"))
            break
        first = {one.address: one.number for one in listed if not one.wrong}
        pack = _pack(number, text)
        if pack.address in first and not pack.wrong:
            pack = _wrong(number, f"{pack.address} is in line {first[pack.address]} already")
        listed.append(pack)
    return listed


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    text = _decoded(content[:LONGEST])
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if stripped := line.partition("#")[0].strip(" \t,;\0"):
            yield number, stripped


def _decoded(content: bytes) -> str:
    if content.startswith(UTF_16):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _pack(number: int, text: str) -> ListedPack:
    fields = [field.strip().strip('"').strip() for field in SEPARATORS.split(text)]
    try:
        address = normal_address(fields[0])
        if len(fields) > 3:
            raise SettingsError("a line has an address, a name and a chemistry, separated by commas")
        name, chemistry = (*fields[1:], "", "")[:2]
        chosen: dict[str, Value] = {}
        if name:
            chosen[PackSettings.custom_name.name] = PackSettings.custom_name.parse(name)
        if chemistry:
            chosen[PackSettings.chemistry.name] = PackSettings.chemistry.parse(chemistry)
    except SettingsError as err:
        return _wrong(number, f"{err} (a line looks like {EXAMPLE}); it is: {printable(text)}")
    return ListedPack(number=number, address=address, chosen=chosen)


def _wrong(number: int, words: str) -> ListedPack:
    return ListedPack(number=number, chosen={}, wrong=words)
