"""The running parts of a program, as the service of the program sees them."""

from __future__ import annotations

from dbus_xbms.ble.stack import AdapterState
from dbus_xbms.contact import Contact
from dbus_xbms.policy.bank.formation import BankStatus
from dbus_xbms.program.view import Parts


def parts(*banks: BankStatus, contacts: dict[str, Contact] | None = None) -> Parts:
    """Return a program with two adapters whose first pack and bank are on the bus."""
    return Parts(
        contacts=lambda: contacts or {},
        banks=lambda: banks,
        on_bus=lambda: {"xbms_a4c137000001", "xbms_bank_1"},
        adapters=lambda: (
            AdapterState(address="00:1A:7D:DA:71:13", hci="hci0", powered=True, links=2),
            AdapterState(address="00:1A:7D:DA:71:14", hci="hci1", powered=False),
        ),
        busy=lambda: {"hci0"},
        slots=lambda: 16,
        interference=lambda: "",
    )
