"""The owner's settings by topic, in the order in which they are shown. Pure."""

from __future__ import annotations

from dbus_xbms.settings.switches import PANE_SETTINGS

TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Pack", ("Enabled", "CustomName", "ClassAndVrmInstance", "Capacity", "AcceptNewBms")),
    ("Charge control", ("Control", "Chemistry", "MaxChargeCurrent", "MaxDischargeCurrent")),
    ("Cell voltages", ("CellFull", "CellFloat", "CellLow", "CellHighCutoff", "CellLowCutoff")),
    (
        "Temperature",
        (
            "TemperatureControl",
            "TemperatureRoles",
            "ChargeTemperatureCurve",
            "DischargeTemperatureCurve",
            "MosfetTemperatureCurve",
        ),
    ),
    (
        "Curves by voltage and charge",
        ("ChargeCellCurve", "DischargeCellCurve", "ChargeSocCurve", "DischargeSocCurve"),
    ),
    (
        "Absorption, float and balancing",
        (
            "AbsorptionTime",
            "MaxAbsorptionTime",
            "BalancingTime",
            "CellAgreement",
            "TailCurrent",
            "RebulkSoc",
            "RebulkDrift",
            "TopBalanceDays",
            "TopBalanceVoltage",
        ),
    ),
    (
        "Without contact",
        ("Hold", "Withdraw", "Stop", "ControlWithdraw", "DerateDischarge", "WakeCurrent"),
    ),
    (
        "Warnings",
        (
            "LowSocWarning",
            "CellImbalanceWarning",
            "CellOvervoltageAlarm",
            "HighCellWarning",
            "LowCellWarning",
            "HighTemperatureWarning",
            "LowTemperatureWarning",
            "MosfetTemperatureWarning",
            "ChargeRequestSoc",
            "DischargeFloor",
        ),
    ),
    (
        "Bluetooth",
        (
            "ConnectionMode",
            "PollInterval",
            "RestInterval",
            "Adapter",
            "Password",
            "Passkey",
            "NotifyMethod",
            "AcquireFailed",
        ),
    ),
    (
        "What may be switched from the bus",
        (
            "AllowMosfetControl",
            "AllowDischargeOff",
            "AllowParameterWrites",
            "AllowNewerCommand",
            "AllowRelease",
        ),
    ),
    ("GX", ("InsecureConnection", "CompanionSwitch", *(row.name for row in PANE_SETTINGS))),
    ("Program", ("MaxConnections",)),
)
