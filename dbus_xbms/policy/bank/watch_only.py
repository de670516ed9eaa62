"""Packs of a bank that are watch only: whether they are allowed, and within which currents. Pure.

Such a pack has no limits of its own. It counts only within the currents that its owner has set for it by
hand, and only beside a pack that is not watch only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbus_xbms.settings import BankSettings, PackSettings, name_of
from dbus_xbms.text import listed

CURRENTS = (PackSettings.max_charge_current, PackSettings.max_discharge_current)


def refusal(bank: BankSettings, pack: PackSettings, name: str) -> str:
    """Return why a pack cannot be part of a bank because it is watch only, in words; "" if it can."""
    if not pack.watch_only:
        return ""
    if not bank.allow_watch_only_members:
        return f"{name} is watch only, and {BankSettings.allow_watch_only_members} is 0"
    if missing := [setting.name for setting in CURRENTS if pack.value(setting) <= 0]:
        return f"{name} is watch only and needs {listed(missing)} above 0"
    return ""


def refusals(bank: BankSettings, strings: Sequence[Sequence[PackSettings]]) -> Iterator[str]:
    """Yield why a bank must not control because of packs that are watch only, in words.

    Args:
        bank: its settings.
        strings: the settings of its packs, string after string.
    """
    for string in strings:
        for pack in string:
            if why := refusal(bank, pack, name_of(pack) or "a pack"):
                yield why
        if string and all(pack.watch_only for pack in string):
            where = "each string" if len(strings) > 1 else "a bank"
            yield f"{where} needs a pack that is not watch only"
