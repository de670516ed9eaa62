"""Add the packs of the demo, as an owner would."""

from __future__ import annotations

from dbus_xbms.commands import CommandError
from dbus_xbms.commands.known import known_packs
from dbus_xbms.commands.scanning import scan_by_service
from dbus_xbms.dbus import TrustedBus
from dbus_xbms.protocols.registry import family_named
from dbus_xbms.settings import BankSettings, PackSettings, Value, bank_path, pack_path

SCAN_SECONDS = 2.0
NAMES = ("House bank", "Thruster bank")  # of the first packs; the others keep their advertised names
PACK_NAMES = ("Port", "Starboard", "Bow", "Stern")  # in a bank
BANK, BANK_NAME = 1, "House"


async def add_all(bus: TrustedBus, *, simulated: bool) -> int:
    """Scan and add all packs, as an owner would; return their number.

    ``simulated``: the packs are not replayed. The first one that may control then does, to show its limits,
    and the others do not; a single pack always controls.
    """
    found = sorted(await scan_by_service(bus, SCAN_SECONDS), key=lambda pack: pack.address)
    if not found:
        raise CommandError("the scan found no simulated pack")
    able = [pack.address for pack in found if not family_named(pack.protocol).watch_only]
    names = dict(zip(able, NAMES, strict=False)) if simulated else {}
    async with known_packs() as known:
        for pack in found:
            chosen: dict[str, Value] = {PackSettings.custom_name.name: names.get(pack.address, pack.name)}
            if pack.protocol:
                chosen[PackSettings.protocol.name] = pack.protocol
            if (simulated and pack.address in able[:1]) or len(found) == 1:
                chosen |= {PackSettings.chemistry.name: "LiFePO4", PackSettings.control.name: 1}
            await known.add(pack.address)
            for setting, value in {**chosen, PackSettings.enabled.name: 1}.items():
                await known.set(pack_path(pack.address, setting), value)
    return len(found)


async def add_bank(bus: TrustedBus) -> None:
    """Scan and add all packs, and confirm that they are one battery, as an owner would."""
    found = sorted(await scan_by_service(bus, SCAN_SECONDS), key=lambda pack: pack.address)
    async with known_packs() as known:
        for place, pack in enumerate(found):
            name = PACK_NAMES[place] if place < len(PACK_NAMES) else f"Pack {place + 1}"
            chosen: dict[str, Value] = {
                PackSettings.custom_name.name: name,
                PackSettings.chemistry.name: "LiFePO4",
                PackSettings.enabled.name: 1,
            }
            await known.add(pack.address)
            for setting, value in chosen.items():
                await known.set(pack_path(pack.address, setting), value)
        await known.add_bank(BANK)
        confirmed: dict[str, Value] = {
            BankSettings.custom_name.name: BANK_NAME,
            BankSettings.enabled.name: 1,
        }
        for setting, value in confirmed.items():
            await known.set(bank_path(BANK, setting), value)
