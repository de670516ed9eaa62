"""Settings of packs of this family only. Pure."""

from __future__ import annotations

from dbus_xbms.schema import Setting, Settings


class JbdSettings(Settings):
    """Settings of a pack with a BMS of this family."""

    use_fb_command = Setting(
        default=0,
        lowest=0,
        highest=1,
        help="1: allow command 0xFB for a BMS that does not support 0xE1.",
    )
