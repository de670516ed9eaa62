"""The owner's settings by topic, in display order. Pure."""

from __future__ import annotations

from typing import Any

from dbus_xbms.schema import Setting
from dbus_xbms.settings.bank import BANK_INSTANCE
from dbus_xbms.settings.bank import BankSettings as B
from dbus_xbms.settings.pack import PackSettings as P
from dbus_xbms.settings.program import ProgramSettings
from dbus_xbms.settings.switching import PaneSettings

Topics = tuple[tuple[str, tuple[Setting[Any], ...]], ...]

TOPICS: Topics = (
    ("Pack", (P.enabled, P.custom_name, P.class_and_vrm_instance, P.capacity, P.join_bank, P.accept_new_bms)),
    ("Charge control", (P.control, P.chemistry, P.max_charge_current, P.max_discharge_current)),
    ("Cell voltages", (P.cell_full, P.cell_float, P.cell_low, P.cell_high_cutoff, P.cell_low_cutoff)),
    (
        "Temperature",
        (
            P.temperature_control,
            P.temperature_roles,
            P.charge_temperature_curve,
            P.discharge_temperature_curve,
            P.mosfet_temperature_curve,
        ),
    ),
    (
        "Curves by voltage and SoC",
        (P.charge_cell_curve, P.discharge_cell_curve, P.charge_soc_curve, P.discharge_soc_curve),
    ),
    (
        "Absorption, float and balancing",
        (
            P.absorption_time,
            P.max_absorption_time,
            P.balancing_time,
            P.cell_agreement,
            P.tail_current,
            P.rebulk_soc,
            P.rebulk_drift,
            P.top_balance_days,
            P.top_balance_voltage,
        ),
    ),
    (
        "Loss of contact",
        (
            P.hold_time,
            P.remove_after,
            P.stop_after,
            P.control_remove_after,
            P.derate_discharge,
            P.wake_current,
        ),
    ),
    (
        "Warnings",
        (
            P.low_soc_warning,
            P.cell_imbalance_warning,
            P.cell_overvoltage_alarm,
            P.high_cell_warning,
            P.low_cell_warning,
            P.high_temperature_warning,
            P.low_temperature_warning,
            P.mosfet_temperature_warning,
            P.charge_request_soc,
            P.discharge_floor,
        ),
    ),
    (
        "Bluetooth",
        (
            P.protocol,
            P.connection_mode,
            P.poll_interval,
            P.rest_interval,
            P.adapter,
            P.password,
            P.passkey,
            P.notify_method,
            P.acquire_failed,
        ),
    ),
    (
        "Permissions",
        (
            P.allow_mosfet_control,
            P.allow_discharge_off,
            P.allow_parameter_writes,
            P.use_fb_command,
            P.allow_lending,
        ),
    ),
    ("GX", (P.insecure_connection, P.separate_switch_device, *PaneSettings.rows)),
    ("Program", (ProgramSettings.max_connections,)),
)

BANK_TOPICS: Topics = (
    ("Bank", (B.enabled, B.custom_name, B.members, B.topology, BANK_INSTANCE)),
    (
        "Charge control",
        (B.control, B.max_charge_current, B.max_discharge_current, B.allow_watch_only_members),
    ),
    ("State of charge", (B.count_charge, B.shunt)),
    ("GX", (B.insecure_connection, *PaneSettings.rows)),
)
