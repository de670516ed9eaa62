"""What Venus OS knows of a battery: its alarms, product ids and registers."""

from __future__ import annotations

# Alarm paths of a battery that a GX, its notifications and its alarm page know.
VENUS_ALARMS = {
    "LowVoltage", "HighVoltage", "HighCellVoltage", "LowCellVoltage", "CellImbalance", "HighCurrent",
    "HighChargeCurrent", "HighDischargeCurrent", "LowSoc", "StateOfHealth", "LowTemperature",
    "HighTemperature", "LowChargeTemperature", "HighChargeTemperature", "HighInternalTemperature",
    "InternalFailure", "BatteryTemperatureSensor", "BmsCable",
}  # fmt: skip
# Product ids for which systemcalc switches DVCC, shared voltage or temperature sense, or quirks; and those of
# other community drivers.
TAKEN_PRODUCT_IDS = {
    0xB004, 0xB009, 0xB00A, 0xB015, 0xB019, 0xB016, 0xB01B, 0xB01D, 0xB01E, 0xB021, 0xB005, 0xB028, 0xB029,
    0xB01A, 0xB01F, 0xB052, 0xB014, 0xB024, 0xB051, 0xB02B, 0xB02A, 0xB020, 0xA3E3, 0xA3E4, 0xA3E5, 0xA3E6,
    0xA3E7, 0xB02E, 0xB038, 0xB02F, 0xB054, 0xB055, 0xBA44, 0xBA45, 0xBA77,
}  # fmt: skip
# Registers of the Modbus gateway: path -> scale, lowest, highest register value.
REGISTERS = {
    "/Dc/0/Power": (1, -(2**31), 2**31 - 1),
    "/Dc/0/Voltage": (100, 0, 65535),
    "/Dc/0/Current": (10, -32768, 32767),
    "/Dc/0/Temperature": (10, -32768, 32767),
    "/ConsumedAmphours": (-10, 0, 65535),
    "/Soc": (10, 0, 65535),
    "/Soh": (10, 0, 65535),
    "/Capacity": (10, 0, 65535),
    "/TimeToGo": (0.01, 0, 65535),
    "/Info/MaxChargeVoltage": (10, 0, 65535),
    "/Info/BatteryLowVoltage": (10, 0, 65535),
    "/Info/MaxChargeCurrent": (10, 0, 65535),
    "/Info/MaxDischargeCurrent": (10, 0, 65535),
    "/History/DeepestDischarge": (-10, 0, 65535),
    "/History/LastDischarge": (-10, 0, 65535),
    "/History/TotalAhDrawn": (-10, 0, 65535),
    "/History/DischargedEnergy": (10, 0, 65535),
    "/History/ChargedEnergy": (10, 0, 65535),
    "/History/TimeSinceLastFullCharge": (0.01, 0, 65535),
    "/History/MinimumVoltage": (100, 0, 65535),
    "/History/MaximumVoltage": (100, 0, 65535),
    "/History/MinimumCellVoltage": (100, 0, 65535),
    "/History/MaximumCellVoltage": (100, 0, 65535),
    "/History/ChargeCycles": (1, 0, 65535),
    "/History/LowVoltageAlarms": (1, 0, 65535),
    "/History/HighVoltageAlarms": (1, 0, 65535),
    "/System/MinCellVoltage": (100, 0, 65535),
    "/System/MaxCellVoltage": (100, 0, 65535),
    "/System/MinCellTemperature": (10, -32768, 32767),
    "/System/MaxCellTemperature": (10, -32768, 32767),
}
