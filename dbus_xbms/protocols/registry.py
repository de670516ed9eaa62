"""The families of BMSes that are supported: the only place outside a family's package that names it. Pure."""

from __future__ import annotations

from dbus_xbms.protocols.advertisement import Advertised
from dbus_xbms.protocols.aiobmsble import watched_families
from dbus_xbms.protocols.family import BmsFamily
from dbus_xbms.protocols.jbd import Jbd
from dbus_xbms.protocols.jbd.settings import JbdSettings
from dbus_xbms.schema import Setting

FAMILIES: dict[str, BmsFamily] = {family.name: family for family in (Jbd(), *watched_families())}
DEFAULT = Jbd.name  # of a pack whose advertisement was never seen


class FamilySettings(JbdSettings):
    """Settings that choose a pack's family, or that only one family has."""

    protocol = Setting(
        default=DEFAULT,
        choices=FAMILIES.keys(),
        form=f"one of: {', '.join(FAMILIES)}",
        help="Protocol of the BMS; `add` sets it to the one that the pack's advertisement shows.",
    )

    @property
    def watch_only(self) -> bool:
        """Whether the pack is of a family that is shown, and never controls or is switched."""
        return family_named(self.protocol).watch_only


def family_named(name: str) -> BmsFamily:
    """Return the family that the setting ``Protocol`` names; the default one if it is empty."""
    return FAMILIES[name or DEFAULT]


def recognise(seen: Advertised) -> BmsFamily | None:
    """Return the family that an advertisement looks like, or ``None``.

    Of several it is the surest, and of equals the first of ``FAMILIES``: the default one, then by name.
    """
    surest = max(FAMILIES.values(), key=lambda family: family.certainty(seen))
    return surest if surest.recognises(seen) else None
