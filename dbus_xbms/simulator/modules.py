"""Bluetooth modules of simulated packs: their GATT tables, and what they advertise. Pure."""

from __future__ import annotations

from dataclasses import dataclass

JBD_LAYOUTS = {  # service, notify and write characteristic
    "ff00": (0xFF00, 0xFF01, 0xFF02),
    "fff0": (0xFFF0, 0xFFF1, 0xFFF2),
    "ff06": (0xFF06, 0xFF07, 0xFF08),
}
JBD_WRITE_FLAGS = {
    "command": ("read", "write-without-response"),
    "request": ("read", "write"),
    "both": ("read", "write", "write-without-response"),
    "none": (),  # no such characteristic: another make of BMS under a known service
}


@dataclass(frozen=True, slots=True)
class CharacteristicSpec:
    """A characteristic: its 16-bit UUID, and what a central can do with it, in BlueZ's words."""

    uuid: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service: its 16-bit UUID and its characteristics."""

    uuid: int
    characteristics: tuple[CharacteristicSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What a central sees of a module.

    The first service is advertised. The first characteristic that notifies sends what the BMS says; what is
    written to any of them is a request.
    """

    services: tuple[ServiceSpec, ...]
    manufacturer: tuple[int, bytes] | None  # company id, and the bytes after it

    @property
    def advertised(self) -> int:
        """The 16-bit UUID of the service that it advertises."""
        return self.services[0].uuid


def address_bytes(address: str) -> bytes:
    """Return the six bytes of an address, in the order in which it is written."""
    return bytes.fromhex(address.replace(":", ""))


def jbd_module(address: str, layout: str, write: str) -> Module:
    """Return the module of a JBD; most send their address reversed in place of a company id."""
    service, notify, command = JBD_LAYOUTS[layout]
    written = (CharacteristicSpec(command, JBD_WRITE_FLAGS[write]),) if JBD_WRITE_FLAGS[write] else ()
    reverse = address_bytes(address)[::-1]
    return Module(
        services=(ServiceSpec(service, (CharacteristicSpec(notify, ("read", "notify")), *written)),),
        manufacturer=(int.from_bytes(reverse[:2], "little"), reverse[2:]),
    )
