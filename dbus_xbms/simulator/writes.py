"""Writes to a simulated BMS: both MOSFET commands, factory mode, and its functions. Pure."""

from __future__ import annotations

from dbus_xbms.model import Mosfet
from dbus_xbms.protocols.jbd.registers import (
    ENTER_FACTORY_MODE,
    FUNCTIONS,
    LEAVE_FACTORY_MODE,
    MOSFET_CONTROL,
    NEWER_MOSFET_CONTROL,
)
from dbus_xbms.protocols.jbd.switches import BALANCE_BIT, FACTORY_CODE, LEAVE_CODE, NEWER_MOSFETS
from dbus_xbms.simulator.battery import CHARGE_OFF, DISCHARGE_OFF, Battery

OK, UNKNOWN, NOT_PERMITTED = 0x00, 0x80, 0x81  # statuses of a reply
FACTORY_ONLY = range(0x10, 0xA3)  # registers that need factory mode
STORE_CODE = b"\x28\x28"  # leaves factory mode, stores the parameters and clears the counters
MASKS = {Mosfet.CHARGE: CHARGE_OFF, Mosfet.DISCHARGE: DISCHARGE_OFF}
NEWER_MASKS = {number: MASKS[mosfet] for mosfet, number in NEWER_MOSFETS.items()} | {
    0x0A: CHARGE_OFF | DISCHARGE_OFF
}
COMMANDS = {"e1": {MOSFET_CONTROL}, "fb": {NEWER_MOSFET_CONTROL}}  # that a board accepts
COMMANDS["both"] = COMMANDS["e1"] | COMMANDS["fb"]


class WriteHandler:
    """Carries out writes, and keeps whether the BMS is in factory mode, which only a write ends."""

    def __init__(self, battery: Battery, commands: str, functions: int) -> None:
        self.factory = False
        self.functions = functions  # bits of register 0x2D
        self.stored = 0  # how often the parameters were stored and the counters cleared
        self._battery = battery
        self._known = COMMANDS[commands]
        battery.balancing_allowed = bool(functions & BALANCE_BIT)

    def refusal(self, register: int) -> int:
        """Return the status that refuses a request."""
        locked = register in FACTORY_ONLY and not self.factory
        return NOT_PERMITTED if locked or register in (ENTER_FACTORY_MODE, LEAVE_FACTORY_MODE) else UNKNOWN

    def read(self, register: int) -> bytes | int:
        """Return the payload of a parameter, or the status of a refusal."""
        if register == FUNCTIONS and self.factory:
            return self.functions.to_bytes(2, "big")
        return self.refusal(register)

    def write(self, register: int, payload: bytes, now: float) -> int:
        """Carry out a write if the BMS accepts it; return its status."""
        accepted = False
        if len(payload) == 2 and register == ENTER_FACTORY_MODE:
            accepted = self._enter(payload)
        elif len(payload) == 2 and register == LEAVE_FACTORY_MODE:
            accepted = self._leave(payload)
        elif len(payload) == 2 and register == FUNCTIONS:
            accepted = self._configure(payload, now)
        elif len(payload) == 2 and register in self._known:
            accepted = self._switch(register, payload, now)
        return OK if accepted else self.refusal(register)

    def _enter(self, code: bytes) -> bool:
        self.factory = self.factory or code == FACTORY_CODE
        return code == FACTORY_CODE

    def _leave(self, code: bytes) -> bool:
        if code not in (LEAVE_CODE, STORE_CODE):
            return False
        self.stored += self.factory and code == STORE_CODE
        self.factory = False
        return True

    def _configure(self, payload: bytes, now: float) -> bool:
        if not self.factory:
            return False
        self.functions = int.from_bytes(payload, "big")
        self._battery.advance(now)
        self._battery.balancing_allowed = bool(self.functions & BALANCE_BIT)
        return True

    def _switch(self, register: int, payload: bytes, now: float) -> bool:
        """Set the whole mask with 0xE1, or only the named MOSFETs with 0xFB."""
        first, second = payload
        if register == MOSFET_CONTROL:
            mask = second if first == 0 and second <= CHARGE_OFF | DISCHARGE_OFF else None
        else:
            named = NEWER_MASKS.get(first)
            before = self._battery.commanded_mask
            mask = None if named is None or second > 1 else before | named if second else before & ~named
        if mask is not None:
            self._battery.command(mask, now)
        return mask is not None
