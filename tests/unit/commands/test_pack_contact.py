"""Output of `add` and `set` for a pack that has just been read."""

from __future__ import annotations

from dbus_xbms.commands.pack_contact import limits_or_why
from dbus_xbms.commands.table import Battery

LIMITED: dict[str, float | str] = {
    "/Info/MaxChargeVoltage": 10.8,
    "/Info/MaxChargeCurrent": 0.0,
    "/Info/ChargeLimitation": "LTO does not fit",
    "/Info/MaxDischargeCurrent": 50.0,
    "/Info/DischargeLimitation": "0.5 C of 100 Ah",
}
TEXTS = {
    "/Info/MaxChargeVoltage": "10.80V",
    "/Info/MaxChargeCurrent": "0.0A",
    "/Info/MaxDischargeCurrent": "50.0A",
}


def test_a_limit_of_0_is_shown_with_its_reason() -> None:
    pack = Battery(service="com.victronenergy.battery.xbms_a4c137010203", values=LIMITED, texts=TEXTS)
    assert list(limits_or_why(pack)) == ["Limits: CVL 10.80V, CCL 0.0A (LTO does not fit), DCL 50.0A."]


def test_the_reason_for_no_limits_is_shown_whole() -> None:
    why = "Not controlling: a bank needs a pack that is not watch only"
    bank = Battery(service="com.victronenergy.battery.xbms_bank_1", values={"/Info/ChargeMode": why})
    assert list(limits_or_why(bank)) == [f"{why}."]
