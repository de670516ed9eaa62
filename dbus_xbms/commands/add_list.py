"""Add the packs of a file, as from a USB stick: nobody can be asked, and each line is answered."""

from __future__ import annotations

from pathlib import Path

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import Known, known_packs, title
from dbus_xbms.commands.pack_to_add import PackToAdd, confirm_addition, store, to_store
from dbus_xbms.commands.saying import say
from dbus_xbms.commands.scanning import Found, found_or_scanned
from dbus_xbms.dbus import NoAnswer
from dbus_xbms.known.addition import not_joining
from dbus_xbms.known.pack_list import LONGEST, ListedPack, parse
from dbus_xbms.settings import PackSettings, SettingsError, make_of
from dbus_xbms.text import LINE, printable


async def add_list(file: Path) -> int:
    """Add the packs of a file; return 1 if a line is wrong. A pack that is added already stays as it is.

    Raises:
        CommandError: the file cannot be read, or there is no bus.
    """
    try:
        with file.open("rb") as stream:
            lines = parse(stream.read(LONGEST))
    except OSError as err:
        raise CommandError(f"{file}: {err.strerror}") from err
    if not lines:
        say(f"{file.name}: there is no pack in it.")
        return 1
    async with known_packs() as known:
        new = {line.address for line in lines if not line.wrong} - known.packs.keys()
        recent = {pack.address: pack for pack in (await found_or_scanned(new) if new else [])}
        added = [await _answered(known, line, recent.get(line.address)) for line in lines]
    return 0 if all(added) else 1


async def _answered(known: Known, line: ListedPack, found: Found | None) -> bool:
    """Add the pack of a line and say what has happened; return whether the line is right."""
    try:
        words, right = await _add(known, line, found), not line.wrong
    except (CommandError, NoAnswer, SettingsError) as err:
        words, right = str(err), False
        if line.address not in words:
            words = f"{line.address}: {words}"
    say(f"Line {line.number}: {printable(words, LINE)}.")
    return right


async def _add(known: Known, line: ListedPack, found: Found | None) -> str:
    if line.wrong:
        return line.wrong
    before = known.packs.get(line.address) or PackSettings()
    target = PackToAdd(
        address=line.address,
        advertised=found.name if found else "",
        protocol=found.protocol if found else "",
        before=before,
        known=known,
    )
    if target.is_added:
        return f"{title(line.address, before)} is already added; nothing changed"
    chosen = {**not_joining(known.banks), **line.chosen}
    target = await confirm_addition(target, chosen, yes=True)
    settings = await store(target, to_store(target, chosen))
    if settings.watch_only:
        return f"{title(line.address, settings)} added: {make_of(settings)}, watch only"
    chemistry = f", {settings.chemistry}" if settings.chemistry else ", no chemistry: it is only shown"
    instance = settings.class_and_vrm_instance.rpartition(":")[2]
    return f"{title(line.address, settings)} added (VRM instance {instance}){chemistry}"
